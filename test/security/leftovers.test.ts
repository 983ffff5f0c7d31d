/** What is left in the agent's files for whoever gets hold of them later. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt } from "../support/json.ts";
import { logsJson } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { WarpbuildApi } from "../support/warpbuild-api.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");

/** The files below `directory` that hold `text`. */
function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(directory, name)).isFile() && readFileSync(join(directory, name)).includes(text));
}

describe.skipIf(agentOnly.missing)(agentOnly.title("what a stop leaves behind"), () => {
  test("of delivered lines nothing, whether they were many or few, in this run or in one that was killed", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const killed = await startAgent(store, base, ["--buffer-bytes", "2MiB"]);
    const sent = await sendLogs(killed, 0, 12, 100_000);
    await eventually("the delivery", async () => numberAt(await killed.stats(), "streams", "logs", "ring_lines") === 0);
    await killed.kill();
    expect(filesWith(base.path, "line-").length).toBeGreaterThan(0);

    await using agent = await startAgent(store, base, ["--buffer-bytes", "2MiB"]);
    sent.push(...(await sendLogs(agent, 12, 14)));
    await expectStop(agent);
    await expectDelivered(store, sent);
    expect(filesWith(base.path, "line-")).toEqual([]);
    expect(statSync(base.file("buffer", "logs.ring")).blocks * 512).toBeGreaterThan(2 * 1024 * 1024);
  });

  test("of lines that wait, everything", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--push-frequency", "1h", "--drain-timeout", "1s"]);
    const sent = await sendLogs(agent, 0, 2);
    await store.goAway();
    await expectStop(agent, 3);
    await store.comeBack();
    await using next = await startAgent(store, base);
    await expectStop(next);
    await expectDelivered(store, sent);
  });

  test("of lines that were erased because telemetry is off, nothing", async () => {
    await using base = await TempDir.create("base");
    await using api = new WarpbuildApi({ presign: () => "http://127.0.0.1:1/" });
    api.telemetryEnabled = false;
    await using agent = await Agent.spawn({
      executable: built("executable"),
      baseDirectory: base.path,
      flags: ["--no-collector"],
      environment: {
        WARP_TELEMETRY_AGENT_ID: api.id,
        WARP_TELEMETRY_AGENT_POLLING_SECRET: api.secret,
        WARP_TELEMETRY_AGENT_HOST_URL: api.hostUrl,
      },
    });
    await agent.listening();
    expect((await agent.post("/v1/logs", logsJson("erase-me"))).status).toBe(200);
    const end = await agent.ended();
    expect(end.code, end.log).toBe(0);
    expect(end.log).toContain("telemetry is off");
    expect(filesWith(base.path, "erase-me")).toEqual([]);
  });
});
