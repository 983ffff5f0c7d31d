/** The host's numbers under the real agent: each from one side, and none at the price of the agent's own work. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pointsOf } from "../host/fake-host.ts";
import { recordIn } from "../host/process-records.ts";
import { needsRoot } from "../host/root-linux.ts";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { collectorOptions } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { arrayAt, numberAt, valueAt } from "../support/json.ts";
import { linesOf, ownLinesOf } from "../support/lines.ts";
import { agentOptions, startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore, type Store } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const OURS = "warp-telemetry/host";

/** Where the kernel tells it. */
const PRESSURE = {
  "system.cpu.pressure.utilization": [OURS],
  "system.memory.pressure.utilization": [OURS],
  "system.io.pressure.utilization": [OURS],
};

interface StoredMetric {
  readonly name: string;
  readonly scope: string;
  /** In JSON. */
  readonly resource: string;
  readonly points: readonly unknown[];
}

async function metricsIn(store: Store): Promise<readonly StoredMetric[]> {
  const requests = linesOf(await store.objects(), "metrics").map((line): unknown => JSON.parse(line));
  return requests
    .flatMap((request) => arrayAt(request, "resourceMetrics"))
    .flatMap((resource) =>
      arrayAt(resource, "scopeMetrics").flatMap((scope) =>
        arrayAt(scope, "metrics").map((metric) => ({
          name: String(valueAt(metric, "name")),
          scope: String(valueAt(scope, "scope", "name")).replace(/^.*\/(\w+scraper)$/, "$1"),
          resource: JSON.stringify(valueAt(resource, "resource", "attributes")),
          points: pointsOf(metric),
        })),
      ),
    );
}

/** Which sides have told which metrics. */
function sidesOf(metrics: readonly StoredMetric[]): Record<string, string[]> {
  const sides: Record<string, string[]> = {};
  for (const { name, scope } of metrics) sides[name] = [...new Set([...(sides[name] ?? []), scope])];
  return sides;
}

const whole = needs("executable", "collector");

describe.skipIf(whole.missing || process.platform !== "linux")(whole.title("host metrics on Linux"), () => {
  test("come each from one side, ours or the collector's, and say alike where they are from", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(collectorOptions(store, base, []));
    await eventually(
      "metrics of both sides",
      async () => {
        const scopes = new Set((await metricsIn(store)).map(({ scope }) => scope));
        return scopes.has(OURS) && scopes.has("diskscraper") && scopes.has("loadscraper");
      },
      { timeoutMs: 30_000, everyMs: 200 },
    );
    expect(await agent.health()).toMatchObject({ parts: { host: { status: "healthy" } } });
    await expectStop(agent);
    // A disk may be filling up or not.
    const metrics = (await metricsIn(store)).filter(({ name }) => name !== "system.filesystem.time_to_full");
    expect(sidesOf(metrics)).toEqual({
      "system.cpu.utilization": [OURS],
      "system.cpu.busiest_core.utilization": [OURS],
      "system.cpu.iowait.utilization": [OURS],
      "system.cpu.steal.utilization": [OURS],
      "system.memory.utilization": [OURS],
      "system.cpu.limit": [OURS],
      "system.memory.limit": [OURS],
      "system.network.io": [OURS],
      "system.filesystem.utilization": [OURS],
      "system.filesystem.usage": [OURS],
      "system.cpu.run_queue": [OURS],
      "system.memory.oom_kills": [OURS],
      ...(existsSync("/proc/pressure/cpu") ? PRESSURE : {}),
      "system.disk.io": ["diskscraper"],
      "system.cpu.load_average.1m": ["loadscraper"],
      "system.cpu.load_average.5m": ["loadscraper"],
      "system.cpu.load_average.15m": ["loadscraper"],
    });
    expect(new Set(metrics.map(({ resource }) => resource)).size).toBe(1);
  });

  test("come without the collector's program as well, the last readings with the stop", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const flags = ["--push-frequency", "1s", "--collector-path", base.file("none"), "--collector-interval", "100ms"];
    await using agent = await Agent.start(agentOptions(store, base, flags));
    await eventually("some readings", async () => numberAt(await agent.stats(), "host", "readings") > 10);
    await expectStop(agent);
    const memory = (await metricsIn(store)).filter(({ name }) => name === "system.memory.utilization");
    expect(memory.flatMap(({ points }) => points).length).toBeGreaterThan(10);
  });

  test("come with the processes that use most, without their arguments", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const flags = ["--push-frequency", "1s", "--collector-path", base.file("none")];
    await using agent = await Agent.start(agentOptions(store, base, flags));
    await eventually("records", async () => numberAt(await agent.stats(), "host", "process_records") > 0, {
      timeoutMs: 15_000,
    });
    await expectStop(agent);
    const [line = ""] = ownLinesOf(await store.objects(), "processes");
    expect(line).toContain('"process.executable.name"');
    expect(recordIn(line, "All other processes")).toMatchObject({ "process.count": expect.any(Number) });
    // Arguments are not told unless somebody asks.
    expect(line).not.toContain("push-frequency");
  });

  test("are none with --no-collector", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    expect(await agent.stats()).toMatchObject({ host: { state: "off" } });
    expect(valueAt(await agent.health(), "parts", "host")).toBeUndefined();
    await expectStop(agent);
    expect(await metricsIn(store)).toEqual([]);
  });
});

const PYTHON = Bun.which("python3");
const canHang = !needsRoot.missing && PYTHON !== null && existsSync("/dev/fuse");
const executable = needs("executable");

describe.skipIf(executable.missing || !canHang)(
  executable.title(
    canHang
      ? "a mount that never answers"
      : "a mount that never answers (skipped: it takes root, python3 and /dev/fuse)",
  ),
  () => {
    test("is left alone: requests, uploads and the other numbers go on, and so does the stop", async () => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using mount = await TempDir.create("mount");
      const [folder, image] = [mount.file("folder"), mount.file("image")];
      mkdirSync(folder);
      writeFileSync(image, new Uint8Array(1024 * 1024));
      const flags = ["--push-frequency", "1s", "--collector-path", base.file("none")];
      const hangingMount = join(import.meta.dir, "../support/hanging-mount.py");
      await using agent = await Agent.start({
        ...agentOptions(store, base, flags),
        launcher: ["unshare", "--mount", PYTHON ?? "", hangingMount, folder, image],
      });
      const sent = await sendLogs(agent, 0, 50);
      await eventually(
        "the mount to be left alone",
        async () => valueAt(await agent.stats(), "host", "hanging_mount") === folder,
        { timeoutMs: 15_000 },
      );
      sent.push(...(await sendLogs(agent, 50, 100)));
      await eventually("the objects", async () => linesOf(await store.objects(), "logs").length === sent.length);
      await eventually(
        "the other file systems",
        async () => (await metricsIn(store)).some(({ name }) => name === "system.filesystem.utilization"),
        { timeoutMs: 15_000 },
      );
      await expectStop(agent);
      await expectDelivered(store, sent, "logs");
    });
  },
);
