import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { devNull } from "node:os";
import { AwsCredentials } from "../../src/s3/aws-credentials.ts";
import { type AwsFiles, awsFiles } from "../../src/s3/aws-files.ts";
import { AwsVariables } from "../support/aws-variables.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

const root = needsJob();

describe("awsFiles()", () => {
  test("are those that AWS's variables name, or the ones below HOME", () => {
    using directory = new TempDir();
    const named = { AWS_SHARED_CREDENTIALS_FILE: directory.file("keys"), AWS_CONFIG_FILE: directory.file("profile") };
    expect(awsFiles(named, new Set())).toEqual({
      filepath: directory.file("keys"),
      configFilepath: directory.file("profile"),
    });
    expect(awsFiles({ HOME: directory.path }, new Set())).toEqual({
      filepath: directory.file(".aws", "credentials"),
      configFilepath: directory.file(".aws", "config"),
    });
  });

  test.skipIf(root.missing)(root.title("name no program for root when a job can change them"), async () => {
    using directory = new TempDir();
    chmodSync(directory.path, 0o755);
    const home = directory.file("home");
    mkdirSync(`${home}/.aws`, { recursive: true });
    writeFileSync(`${home}/evil`, `#!/bin/sh\ntouch "${home}/ran"\n`, { mode: 0o755 });
    writeFileSync(`${home}/.aws/config`, `[default]\ncredential_process = ${home}/evil\n`);
    chownSync(home, JOB_UID, JOB_UID);
    using _ = new AwsVariables({});
    const said = new Set<string>();
    const files = awsFiles({ HOME: home }, said);
    expect(files).toEqual({ filepath: devNull, configFilepath: devNull });
    expect([...said]).toEqual([`${home}/.aws/credentials`, `${home}/.aws/config`]);
    expect(await failureOf(files)).toContain("CredentialsProviderError");
    expect(existsSync(`${home}/ran`)).toBe(false);

    // The same file runs it once root alone can change the way to it.
    chownSync(home, 0, 0);
    const trusted = awsFiles({ HOME: home }, said);
    expect(await failureOf(trusted)).toContain("CredentialsProviderError");
    expect(existsSync(`${home}/ran`)).toBe(true);
  });
});

/** What looking for credentials in `files` ends with. */
async function failureOf(files: AwsFiles): Promise<string> {
  try {
    await new AwsCredentials().get({ files }, AbortSignal.timeout(5000));
    return "";
  } catch (error) {
    return String(error);
  }
}
