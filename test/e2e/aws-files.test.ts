import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { logsJson } from "../support/samples.ts";
import { S3_REGION, S3Server } from "../support/s3-server.ts";
import { TempDir } from "../support/temp-dir.ts";

const parts = needs("executable", "s3");

describe.skipIf(parts.missing)(parts.title("AWS's own files"), () => {
  test("come after our start, with the endpoint and the region of a profile, and are found", async () => {
    using directory = new TempDir();
    await using server = await S3Server.start(built("s3"));
    const { accessKeyId, secretAccessKey } = server.credentials;
    await using agent = await Agent.start({
      executable: built("executable"),
      baseDirectory: directory.file("base"),
      flags: ["--destination", `s3://${server.bucket}`, "--no-collector", "--push-frequency", "1s"],
      environment: {
        // Blanks as unit files and scripts leave them.
        AWS_PROFILE: " ci",
        AWS_CONFIG_FILE: `${directory.file("config")} `,
        AWS_SHARED_CREDENTIALS_FILE: ` ${directory.file("credentials")}\n`,
        AWS_EC2_METADATA_DISABLED: "true",
      },
    });
    await agent.post("/v1/logs", logsJson("early"));
    const settings = `region = ${S3_REGION}\nendpoint_url = ${server.origin}\n`;
    writeFileSync(directory.file("config"), `[profile ci]\n${settings}`);
    writeFileSync(
      directory.file("credentials"),
      `[ci]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`,
    );
    await eventually("an object", async () => (await server.objects()).size === 1);
    expect((await agent.stop()).code).toBe(0);
  });
});
