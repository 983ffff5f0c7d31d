/** A collector that is missing, broken or blind: the receiver does not care, `/health` says what to do. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, chown, copyFile, writeFile } from "node:fs/promises";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Followed } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { valueAt } from "../support/json.ts";
import { agentOptions } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const NOBODY = 65_534;

const agentOnly = needs("executable");
const withCollector = needs("executable", "collector");
const isRoot = process.getuid?.() === 0;

async function degraded(agent: Agent): Promise<string> {
  return await eventually(
    "degraded health",
    async () => {
      const answer = await agent.get("/health");
      const health: unknown = await answer.json();
      if (valueAt(health, "status") !== "degraded") throw new Error(JSON.stringify(health));
      expect(answer.status).toBe(200);
      return JSON.stringify(health);
    },
    { timeoutMs: 30_000 },
  );
}

describe.skipIf(agentOnly.missing)(agentOnly.title("a broken collector"), () => {
  test("missing: degraded, naming the file, and lines are delivered all the same", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const missing = base.file("nowhere", "otelcol");
    await using agent = await Agent.start(agentOptions(store, base, ["--collector-path", missing]));
    expect(await degraded(agent)).toContain(missing);
    const sent = await sendLogs(agent, 0, 2);
    await expectStop(agent);
    await expectDelivered(store, sent, "logs");
  });

  test("exits at once: degraded, its last words in the log, retried, and lines are delivered all the same", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const program = base.file("otelcol");
    await writeFile(program, "#!/bin/sh\necho 'error decoding: unknown receiver \"mine\"' >&2\nexit 1\n", {
      mode: 0o755,
    });
    await using agent = await Agent.start(agentOptions(store, base, ["--collector-path", program]));
    const sent = await sendLogs(agent, 0, 2);
    const health = await degraded(agent);
    expect(health).toContain("exit code 1");
    expect(health).not.toContain("unknown receiver");
    await agent.said(/unknown receiver/);
    await expectStop(agent);
    await expectDelivered(store, sent, "logs");
  });
});

describe.skipIf(withCollector.missing || !isRoot)(withCollector.title("a blind collector"), () => {
  test("a system log that it may not read: degraded with the path and the remedy", async () => {
    await using syslog = await Followed.create("syslog");
    await chmod(syslog.path, 0o000);
    // Root may read everything, so this run is nobody's, in a folder of his with copies of both programs.
    await using home = await TempDir.create("nobody");
    const executable = home.file("warp-telemetry");
    await copyFile(built("executable"), executable);
    await copyFile(built("collector"), home.file("otelcol"));
    await chown(home.path, NOBODY, NOBODY);
    const flags = ["--push-frequency", "1s", "--collector-syslog-path", syslog.path];
    await using agent = await Agent.start({
      executable,
      launcher: ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"],
      baseDirectory: home.file("data"),
      flags,
    });
    expect(await degraded(agent)).toContain(syslog.path);
    await expectStop(agent);
  });
});
