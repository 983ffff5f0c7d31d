/** The file system of the rings meets an error and becomes read-only under the agent. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { FailingDisk } from "../support/failing-disk.ts";
import { valueAt } from "../support/json.ts";
import { logsJson } from "../support/samples.ts";
import { agentOptions } from "../support/start-agent.ts";
import { expectDelivered, expectSaidOnce, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");
const probe = FailingDisk.create();
await probe?.[Symbol.asyncDispose]();
const why = probe === undefined ? " (skipped: needs root, mkfs.ext4 and loop devices)" : "";

describe.skipIf(agentOnly.missing || probe === undefined)(agentOnly.title(`a disk that fails${why}`), () => {
  test("lines are refused, /health says so, what was taken is delivered, and the next start says what is wrong", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using disk = FailingDisk.create();
    if (disk === undefined) throw new Error("Cannot make the disk that could be made before");
    const options = {
      ...agentOptions(store, base, ["--no-collector", "--push-frequency", "1s", "--buffer-bytes", "1MiB"]),
      baseDirectory: disk.file("base"),
    };
    await using agent = await Agent.start(options);
    const sent = await sendLogs(agent, 0, 2);
    disk.fail();
    const refused = await eventually("a refusal", async () => {
      const line = logsJson(`line-${sent.length}`);
      const answer = await agent.post("/v1/logs", line);
      if (answer.status !== 200) return answer;
      sent.push(line);
      return undefined;
    });
    expect(refused.status).toBe(503);
    const health = await agent.get("/health");
    expect(health.status).toBe(503);
    expect(valueAt(await health.json(), "parts", "rings")).toMatchObject({
      status: "unhealthy",
      reason: expect.stringContaining("EROFS"),
    });
    await expectSaidOnce(agent, /takes nothing any more/);
    await expectStop(agent);
    await expectDelivered(store, sent);

    await using blocked = await Agent.spawn(options);
    const end = await blocked.ended();
    expect(end.code, end.log).toBe(1);
    expect(end.log).toContain("EROFS");

    disk.repair();
    await using repaired = await Agent.start(options);
    expect((await repaired.get("/health")).status).toBe(200);
    await repaired.kill();
  });
});
