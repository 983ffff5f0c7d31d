/** What ends a job, and what has ended the agent, as the real kernel tells it: in an object long before the push frequency. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { logJson } from "../conformance/requests.ts";
import { recordOf, type StoredRecord } from "../events/support.ts";
import { Agent, type AgentOptions } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { linesOf, ownLinesOf } from "../support/lines.ts";
import { MemoryLimit } from "../support/memory-limit.ts";
import { HOG, missingKills } from "../support/oom-kills.ts";
import { logsJson } from "../support/samples.ts";
import { agentOptions } from "../support/start-agent.ts";
import { expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore, type Store } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(30_000);

const MIB = 2 ** 20;
/** The push frequency is a minute: what is there sooner was flushed. */
const SOON = { timeoutMs: 10_000 };

/** The agent with its own readers and without a collector's program. */
function options(store: Store, base: TempDir): AgentOptions {
  return agentOptions(store, base, ["--collector-path", base.file("none")]);
}

async function eventsIn(store: Store, name: string): Promise<StoredRecord[]> {
  const lines = ownLinesOf(await store.objects(), "events");
  return lines.map(recordOf).filter((record) => record.name === `warp_telemetry.${name}`);
}

const executable = needs("executable");
const noKills = missingKills();
const killTitle = (title: string): string =>
  executable.title(noKills === undefined ? title : `${title} (skipped: ${noKills})`);

describe.skipIf(executable.missing || noKills !== undefined)(killTitle("an OOM kill"), () => {
  test("in a job's cgroup is in an object within seconds: who, how large, and whose limit it was", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    using limit = MemoryLimit.create(24 * MIB);
    await using agent = await Agent.start(options(store, base));
    await using hog = new Child([...limit.launcher, ...HOG]);
    await hog.ended(10_000);
    const kill = await eventually(
      "the record of the kill",
      async () => (await eventsIn(store, "oom_kill")).find(({ attributes }) => attributes["process.pid"] === hog.pid),
      SOON,
    );
    expect(kill).toMatchObject({ severityText: "ERROR", resource: { "service.name": "ci-runner" } });
    expect(kill.attributes).toMatchObject({
      "process.executable.name": "tail",
      "warp_telemetry.oom_kill.source": "kernel_log",
      "warp_telemetry.oom_kill.scope": "cgroup",
      "warp_telemetry.oom_kill.limit_bytes": 24 * MIB,
      "warp_telemetry.oom_kill.limit_cgroup": expect.stringContaining("warp-telemetry-test-"),
    });
    const anonBytes = Number(kill.attributes["warp_telemetry.oom_kill.anon_rss_bytes"]);
    expect(anonBytes).toBeGreaterThan(12 * MIB);
    expect(anonBytes).toBeLessThanOrEqual(24 * MIB);
    await expectStop(agent);
  });

  test("of the agent itself is what its next start says", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    using limit = MemoryLimit.create(300 * MIB);
    await using agent = await Agent.start({ ...options(store, base), launcher: limit.launcher });
    writeFileSync(`/proc/${agent.pid}/oom_score_adj`, "1000");
    await using hog = new Child([...limit.launcher, ...HOG]);
    await agent.ended(20_000);
    await hog.ended(20_000);
    await using next = await Agent.start(options(store, base));
    const [end] = await eventually("the record of the end", async () => {
      const ends = await eventsIn(store, "unclean_end");
      return ends.length > 0 && ends;
    });
    expect(end?.attributes).toMatchObject({
      "process.pid": agent.pid,
      "warp_telemetry.unclean_end.cause": "oom_kill",
      "warp_telemetry.unclean_end.same_boot": true,
      "warp_telemetry.unclean_end.limit_bytes": 300 * MIB,
    });
    await expectStop(next);
  });
});

describe.skipIf(executable.missing || process.platform !== "linux")(executable.title("an unclean end"), () => {
  test("by kill -9 is told as what nobody has seen, once", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(options(store, base));
    await agent.kill();
    await using next = await Agent.start(options(store, base));
    await eventually("the record", async () => (await eventsIn(store, "unclean_end")).length === 1, SOON);
    await expectStop(next);
    await using last = await Agent.start(options(store, base));
    await expectStop(last);
    const ends = await eventsIn(store, "unclean_end");
    expect(ends.map(({ attributes }) => attributes)).toMatchObject([
      {
        "process.pid": agent.pid,
        "warp_telemetry.unclean_end.cause": "unknown",
        "warp_telemetry.unclean_end.same_boot": true,
      },
    ]);
  });

  test("by a second signal is told as that", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(options(store, base));
    await store.goAway();
    await sendLogs(agent, 0, 5);
    agent.signal("SIGTERM");
    await agent.said(/Stopping/);
    await eventually("the end", () => {
      agent.signal("SIGTERM");
      return !agent.isRunning;
    });
    expect(await agent.ended()).toMatchObject({ code: 143 });
    await store.comeBack();
    await using next = await Agent.start(options(store, base));
    const [end] = await eventually("the record", async () => {
      const ends = await eventsIn(store, "unclean_end");
      return ends.length > 0 && ends;
    });
    expect(end?.attributes).toMatchObject({
      "warp_telemetry.unclean_end.cause": "signal",
      "warp_telemetry.unclean_end.last_words": "a second SIGTERM",
    });
    await expectStop(next);
  });
});

describe.skipIf(executable.missing)(executable.title("a FATAL record"), () => {
  test("of a program is in an object within seconds, with what came before it", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(options(store, base));
    const before = logsJson("before");
    const fatal = logJson('{"body":{"stringValue":"giving up"}},{"severityNumber":21}');
    for (const body of [before, fatal]) expect((await agent.post("/v1/logs", body)).status).toBe(200);
    await eventually("both", async () => linesOf(await store.objects(), "logs").length >= 2, SOON);
    expect(linesOf(await store.objects(), "logs").slice(0, 2)).toEqual([before, fatal]);
    await expectStop(agent);
  });
});
