/**
 * What a request costs more since nobody can starve others, and since there are jobs, events and the page: the executable
 * beside the one of the last commit that served whoever came first, as fast as both go.
 */
import { markdownTable } from "../support/markdown-table.ts";
import { BODIES_NOTE, workload } from "./bodies.ts";
import type { Chapter } from "./chapter.ts";
import { earlierExecutable } from "./earlier.ts";
import { intervalText } from "./interval.ts";
import { Load } from "./measure.ts";
import { hostMetrics, logs } from "./shapes.ts";
import { compare, CONNECTIONS, PAIRS_A_ROUND } from "./side-by-side.ts";
import { agentTarget, type StartTarget, TARGET_NAMES } from "./targets.ts";

const BEFORE = "fcadf28";
/** What it may cost. */
const WANTED_MAX = 1.03;
const LOADS = [
  { shape: logs(100, 1000), encoding: "json", isGzip: false },
  { shape: logs(100, 1000), encoding: "protobuf", isGzip: false },
  { shape: logs(100, 1000), encoding: "json", isGzip: true },
  { shape: logs(1, 200), encoding: "json", isGzip: false },
  { shape: hostMetrics(), encoding: "json", isGzip: false },
] as const;

export async function fairness(rounds: number, say: (line: string) => void): Promise<Chapter[]> {
  const before = await earlierExecutable(BEFORE);
  const title = "Fairness";
  if ("missing" in before) return [{ title, note: `Not measured: ${before.missing}.`, table: "" }];
  const rows: string[][] = [];
  for (const { shape, encoding, isGzip } of LOADS) {
    using load = await Load.create(workload(shape, encoding, isGzip));
    const { firstUs, secondUs, ratio } = await compare(load, [startOf(before.executable), startOf()], rounds);
    const costs = [firstUs.toFixed(1), secondUs.toFixed(1), intervalText(ratio, 3)];
    const row = [load.workload.name, ...costs, WANTED_MAX.toFixed(2)];
    say(row.join(" · "));
    rows.push(row);
  }
  const head = ["what is sent", "µs a request before", "µs now", "now ÷ before (95 % interval)", "wanted"];
  const note =
    `CPU time a request, discarding, ${CONNECTIONS} connections, beside commit ${BEFORE}, which had neither jobs nor events nor the ` +
    `page. The two were stopped and continued in turn, ${PAIRS_A_ROUND} pairs of a fifth of a second each, and started anew ${rounds} times. ${BODIES_NOTE}`;
  return [{ title, note, table: markdownTable(head, rows) }];
}

function startOf(executable?: string): StartTarget {
  return () =>
    agentTarget(TARGET_NAMES.discard, { destination: "discard:", ...(executable !== undefined && { executable }) });
}
