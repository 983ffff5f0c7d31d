/** As fast as it goes: eight connections, all kinds of bodies, beside what else could take them. */
import { hostMetrics, logs, type Workload, workload } from "./bodies.ts";
import { type LoadOptions, measure, type Measured } from "./measure.ts";
import { table } from "./table.ts";
import { agentTarget, bareTarget, otelcolTarget, type Target } from "./targets.ts";

const CONNECTIONS = 8;
const BARE = "bare Bun.serve";
const OTELCOL = "otelcol to a file";
const FOLDER = "warp-telemetry to a folder";
const DISCARD = "warp-telemetry, discard:";

const LARGE = logs(100, 1000);
const SMALL = logs(1, 1000);
const METRICS = hostMetrics();

const WORKLOADS: readonly Workload[] = [
  workload(LARGE, "json"),
  workload(LARGE, "protobuf"),
  workload(LARGE, "json", true),
  workload(LARGE, "protobuf", true),
  workload(METRICS, "json"),
  workload(METRICS, "protobuf"),
  workload(SMALL, "json"),
  workload(SMALL, "protobuf"),
];

const TARGETS: Readonly<Record<string, () => Promise<Target>>> = {
  [BARE]: bareTarget,
  [DISCARD]: () => agentTarget(DISCARD, { destination: "discard:" }),
  [FOLDER]: () => agentTarget(FOLDER),
  [OTELCOL]: otelcolTarget,
};

export interface Times {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/**
 * `rounds` times all targets in turn, and of each its best: what disturbs a round comes from outside, and it never makes
 * anything faster.
 */
export async function throughput(times: Times, rounds: number, say: (line: string) => void): Promise<string> {
  const options: LoadOptions = { ...times, connections: CONNECTIONS };
  const all: Measured[] = [];
  for (const load of WORKLOADS) {
    const best = new Map<string, Measured>();
    for (let round = 0; round < rounds; round++) {
      for (const start of Object.values(TARGETS)) {
        await using target = await start();
        const measured = await measure(target, load, options);
        say(`${load.name} · ${target.name}: ${thousands(measured.recordsPerSecond)} thousand records/s`);
        const before = best.get(target.name);
        if (before === undefined || before.recordsPerSecond < measured.recordsPerSecond)
          best.set(target.name, measured);
      }
    }
    all.push(...best.values());
  }
  return `${measuredTable(all)}\n\nRatios of records/s, and the goals:\n\n${ratioTable(all)}`;
}

export function measuredTable(all: readonly Measured[]): string {
  return table(
    [
      "what is sent",
      "to",
      "thousand records/s",
      "MB/s",
      "CPU s/GB",
      "p50 ms",
      "p99 ms",
      "peak RSS MiB",
      "anon MiB",
      "refused %",
      "failed",
    ],
    all.map((one) => [
      one.workload,
      one.target,
      thousands(one.recordsPerSecond),
      one.mbPerSecond.toFixed(0),
      one.cpuSecondsPerGb.toFixed(2),
      one.p50Ms.toFixed(2),
      one.p99Ms.toFixed(2),
      one.peakMib.toFixed(0),
      one.anonMib.toFixed(0),
      one.refusedPercent.toFixed(1),
      String(one.failed),
    ]),
  );
}

/** Records/s to a folder as a multiple of the Collector's, wanted. */
const WANTED: Readonly<Record<string, string>> = {
  [`${LARGE.name}, json`]: "4",
  [`${LARGE.name}, protobuf`]: "3",
  [`${LARGE.name}, json gzip`]: "2.5",
  [`${LARGE.name}, protobuf gzip`]: "2.5",
};

function ratioTable(all: readonly Measured[]): string {
  const rate = (load: Workload, target: string): number =>
    all.find((one) => one.workload === load.name && one.target === target)?.recordsPerSecond ?? 0;
  return table(
    ["what is sent", "folder ÷ otelcol", "wanted", "discard: ÷ otelcol", "discard: ÷ bare, %", "wanted"],
    WORKLOADS.map((load) => [
      load.name,
      (rate(load, FOLDER) / rate(load, OTELCOL)).toFixed(2),
      WANTED[load.name] ?? "",
      (rate(load, DISCARD) / rate(load, OTELCOL)).toFixed(2),
      ((100 * rate(load, DISCARD)) / rate(load, BARE)).toFixed(0),
      load.name === `${LARGE.name}, json` ? "30, better 50" : "",
    ]),
  );
}

function thousands(count: number): string {
  return (count / 1000).toFixed(count < 100_000 ? 1 : 0);
}
