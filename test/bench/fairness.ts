/**
 * What it costs that nobody can starve others: the executable beside the one of the last commit that served whoever came
 * first, as fast as both go.
 */
import { markdownTable } from "../support/markdown-table.ts";
import { BODIES_NOTE, workload } from "./bodies.ts";
import type { Chapter } from "./chapter.ts";
import { earlierExecutable } from "./earlier.ts";
import { Load, measure } from "./measure.ts";
import { hostMetrics, logs } from "./shapes.ts";
import { median } from "./summary.ts";
import { agentTarget, TARGET_NAMES } from "./targets.ts";
import type { Times } from "./throughput.ts";

const BEFORE = "fcadf28";
/** What it may cost. */
const WANTED_MAX = 1.03;
const CONNECTIONS = 8;
const LOADS = [
  { shape: logs(100, 1000), encoding: "json", isGzip: false },
  { shape: logs(100, 1000), encoding: "protobuf", isGzip: false },
  { shape: logs(100, 1000), encoding: "json", isGzip: true },
  { shape: logs(1, 200), encoding: "json", isGzip: false },
  { shape: hostMetrics(), encoding: "json", isGzip: false },
] as const;

export async function fairness(times: Times, say: (line: string) => void): Promise<Chapter[]> {
  const before = await earlierExecutable(BEFORE);
  const title = "Fairness";
  if ("missing" in before) return [{ title, note: `Not measured: ${before.missing}.`, table: "" }];
  const rows: string[][] = [];
  for (const { shape, encoding, isGzip } of LOADS) {
    using load = await Load.create(workload(shape, encoding, isGzip));
    const costs: Costs[] = [];
    // Who goes first has the cooler processor.
    for (let round = 0; round < times.rounds; round++) {
      const isNowFirst = round % 2 === 0;
      const first = await costOf(load, times, isNowFirst ? undefined : before.executable);
      const second = await costOf(load, times, isNowFirst ? before.executable : undefined);
      costs.push(isNowFirst ? { now: first, before: second } : { now: second, before: first });
    }
    const ratios = costs.map((cost) => cost.now / cost.before);
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
    const row = [
      load.workload.name,
      median(costs.map((cost) => cost.before)).toFixed(1),
      median(costs.map(({ now }) => now)).toFixed(1),
      ...[median(ratios), least, most].map((ratio) => ratio.toFixed(3)),
      WANTED_MAX.toFixed(2),
    ];
    say(row.join(" · "));
    rows.push(row);
  }
  const head = ["what is sent", "µs a request before", "µs now", "now ÷ before", "least", "most", "wanted"];
  const note =
    `CPU time a request, discarding, ${CONNECTIONS} connections, beside commit ${BEFORE}. Medians of ${times.rounds} ` +
    `rounds, one after the other in turn; the ratio is of each round's two. ${BODIES_NOTE}`;
  return [{ title, note, table: markdownTable(head, rows) }];
}

/** CPU time a request, in µs. */
interface Costs {
  readonly now: number;
  readonly before: number;
}

async function costOf(load: Load, times: Times, executable: string | undefined): Promise<number> {
  const options = { destination: "discard:", ...(executable !== undefined && { executable }) };
  await using target = await agentTarget(TARGET_NAMES.discard, options);
  const { cpuPercent, recordsPerSecond } = await measure(target, load, { ...times, connections: CONNECTIONS });
  return ((cpuPercent / 100) * 1e6) / (recordsPerSecond / load.workload.records);
}
