/** The real collector under the real agent: host metrics, a system log and the runner's own logs, end to end. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { collectorOptions, Followed, recordsOf } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { isAlive } from "../support/is-alive.ts";
import { arrayAt, numberAt, valueAt } from "../support/json.ts";
import { deliveryOf, linesOf } from "../support/lines.ts";
import { logsJson } from "../support/samples.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(120_000);

/** More than the collector's own share of the smallest ring takes. */
const HELD_MAX_LINES = 10_000;
const COMPLETE = { missing: [], doubled: [], foreign: [] };
const parts = needs("executable", "collector");

describe.skipIf(parts.missing)(parts.title("the real collector"), () => {
  test("host metrics come in the form that dashboards know, with who they are from", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using syslog = await Followed.create("syslog");
    const flags = ["--collector-syslog-path", syslog.path, "--collector-resource", "team=1e5"];
    const options = collectorOptions(store, base, flags);
    await using agent = await Agent.start({ ...options, environment: { SECRET: "of-the-agent-alone" } });
    const wanted = [
      "system.cpu.load_average.1m",
      "system.cpu.utilization",
      "system.disk.io",
      "system.filesystem.utilization",
      "system.memory.utilization",
      "system.network.io",
    ];
    const names = await eventually(
      "all metrics",
      async () => {
        const lines = linesOf(await store.objects(), "metrics").map((line): unknown => JSON.parse(line));
        const seen = new Map(lines.flatMap(metricsOf).map((metric) => [valueAt(metric, "name"), metric]));
        if (wanted.some((name) => !seen.has(name))) throw new Error(`so far ${[...seen.keys()].join(" ")}`);
        return { seen, lines };
      },
      { timeoutMs: 40_000, everyMs: 200 },
    );
    expect(await agent.health()).toMatchObject({ status: "healthy" });
    const environment = await Bun.file(`/proc/${numberAt(await agent.stats(), "collector", "pid")}/environ`).text();
    expect(environment).toContain("PATH=");
    expect(environment).not.toContain("of-the-agent-alone");

    const percent = valueAt(names.seen.get("system.cpu.utilization"), "gauge", "dataPoints", 0, "asDouble");
    expect(percent).toBeGreaterThanOrEqual(0);
    expect(percent).toBeLessThanOrEqual(100);
    expect(names.seen.get("system.memory.utilization")).toMatchObject({ unit: "%" });
    // Lines of the agent's sampler and of the collector alike. What looks like a number stays text.
    for (const line of names.lines) {
      const attributes = arrayAt(line, "resourceMetrics", 0, "resource", "attributes");
      const keys = attributes.map((attribute) => valueAt(attribute, "key"));
      expect(keys).toEqual(["host.name", "service.name", "telemetry.version", "telemetry.vm_os", "team"]);
      expect(attributes).toContainEqual({ key: "service.name", value: { stringValue: "ci-runner" } });
      expect(attributes).toContainEqual({ key: "team", value: { stringValue: "1e5" } });
    }
    await expectStop(agent);
  });

  test("what is appended to the system log and the runner's log arrives once; SIGTERM takes along what was written right before it", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using syslog = await Followed.create("syslog");
    await using diag = await Followed.create("Runner_1.log");
    const flags = ["--collector-syslog-path", syslog.path, "--collector-diag-glob", diag.path];
    await using agent = await Agent.start(collectorOptions(store, base, flags));
    await syslog.untilFollowed(async () => recordsOf(await store.objects(), "logs"));

    const sent = await syslog.append("system", 300);
    const ran = await diag.append("runner", 50);
    await expectStop(agent);
    const objects = await store.objects();
    expect(deliveryOf(sent, syslog.withoutProbes(recordsOf(objects, "logs")))).toEqual(COMPLETE);
    expect(deliveryOf(ran, recordsOf(objects, "gha-logs"))).toEqual(COMPLETE);
    const line: unknown = JSON.parse(linesOf(objects, "gha-logs")[0] ?? "");
    const record = valueAt(line, "resourceLogs", 0, "scopeLogs", 0, "logRecords", 0);
    expect(arrayAt(record, "attributes")).toContainEqual({
      key: "log.type",
      value: { stringValue: "github_actions" },
    });
  });

  test("lines written while it stops and starts again arrive once", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using syslog = await Followed.create("syslog");
    const options = collectorOptions(store, base, ["--collector-syslog-path", syslog.path]);
    const sent: string[] = [];
    await using first = await Agent.start(options);
    await syslog.untilFollowed(async () => recordsOf(await store.objects(), "logs"));
    const stopped = first.stop();
    for (let n = 0; first.isRunning; n++) {
      sent.push(...(await syslog.append(`stopping-${n}`, 1)));
      await Bun.sleep(5);
    }
    expect((await stopped).code, first.log).toBe(0);

    await using second = await Agent.start(options);
    sent.push(...(await syslog.append("second", 100)));
    await eventually(
      "the last line",
      async () => recordsOf(await store.objects(), "logs").includes(sent.at(-1) ?? ""),
      { timeoutMs: 30_000 },
    );
    await expectStop(second);
    expect(deliveryOf(sent, syslog.withoutProbes(recordsOf(await store.objects(), "logs")))).toEqual(COMPLETE);
  });

  for (const end of ["stopped", "killed"] as const) {
    test(`lines that it held when it was ${end} while the rings answered 503 arrive once`, async () => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using syslog = await Followed.create("syslog");
      const flags = ["--collector-syslog-path", syslog.path, "--buffer-bytes", "1MiB", "--drain-timeout", "4s"];
      const options = collectorOptions(store, base, flags);
      await using first = await Agent.start(options);
      await syslog.untilFollowed(async () => recordsOf(await store.objects(), "logs"));
      await store.goAway();
      const filler = await fill(first);
      const refusedBefore = refusedBy(await first.stats());

      // The last eighth of the ring is the collector's own: it is refused when that is full, too.
      const sent: string[] = [];
      await eventually(
        "the collector to be refused",
        async () => {
          if (sent.length < HELD_MAX_LINES) sent.push(...(await syslog.append(`held-${sent.length}`, 1000)));
          return refusedBy(await first.stats()) > refusedBefore;
        },
        { timeoutMs: 30_000, everyMs: 1000 },
      );
      if (end === "killed") {
        process.kill(numberAt(await first.stats(), "collector", "pid"), "SIGKILL");
      }
      await expectStop(first, 3);
      await store.comeBack();
      await using second = await Agent.start(options);
      await eventually(
        "the held lines",
        async () => {
          // In no order: the collector sends what it had begun to send after what it had not.
          const stored = new Set(recordsOf(await store.objects(), "logs"));
          return sent.every((line) => stored.has(line));
        },
        { timeoutMs: 60_000 },
      );
      await expectStop(second);
      const stored = syslog.withoutProbes(recordsOf(await store.objects(), "logs"));
      expect(deliveryOf([...filler, ...sent], stored)).toEqual(COMPLETE);
    });
  }

  test("SIGKILL of the agent ends it as well, and the next start finds things free", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using syslog = await Followed.create("syslog");
    const options = collectorOptions(store, base, ["--collector-syslog-path", syslog.path]);
    await using first = await Agent.start(options);
    await syslog.untilFollowed(async () => recordsOf(await store.objects(), "logs"));
    const pid = numberAt(await first.stats(), "collector", "pid");
    const sent = await syslog.append("before", 200);
    await first.kill();
    // Told by the kernel; without that it goes on until it writes into its broken pipe, after four seconds or more.
    await eventually("the collector's end", () => !isAlive(pid), { timeoutMs: 3000 });

    await using second = await Agent.start(options);
    sent.push(...(await syslog.append("after", 200)));
    await eventually(
      "the last line",
      async () => recordsOf(await store.objects(), "logs").includes(sent.at(-1) ?? ""),
      { timeoutMs: 30_000 },
    );
    await expectStop(second);
    expect(deliveryOf(sent, syslog.withoutProbes(recordsOf(await store.objects(), "logs")))).toEqual(COMPLETE);
  });
});

function metricsOf(line: unknown): readonly unknown[] {
  return arrayAt(line, "resourceMetrics").flatMap((resource) =>
    arrayAt(resource, "scopeMetrics").flatMap((scope) => arrayAt(scope, "metrics")),
  );
}

/** Fills the ring of logs to the point where even a small request is refused; returns the texts that are in it. */
async function fill(agent: Agent): Promise<string[]> {
  const accepted: string[] = [];
  for (const padBytes of [50_000, 1000, 0]) {
    for (;;) {
      const text = `filler-${accepted.length}`;
      if ((await agent.post("/v1/logs", logsJson(text, padBytes))).status !== 200) break;
      accepted.push(text + "x".repeat(padBytes));
    }
  }
  return accepted;
}

/** Refused log requests, for whatever reason. */
function refusedBy(stats: unknown): number {
  const reasons = valueAt(stats, "streams", "logs", "refused_requests");
  return Object.values(typeof reasons === "object" && reasons !== null ? reasons : {}).reduce(
    (sum: number, count: unknown) => sum + Number(count),
    0,
  );
}
