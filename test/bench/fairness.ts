/**
 * What it costs that nobody can starve others, as fast as it goes: the executable beside one of the same source that serves
 * whoever comes first, and beside that of the last commit that did so, which had neither jobs nor events nor the page.
 */
import { markdownTable } from "../support/markdown-table.ts";
import { BODIES_NOTE, workload } from "./bodies.ts";
import type { Chapter } from "./chapter.ts";
import { intervalText } from "./interval.ts";
import { Load } from "./measure.ts";
import { earlierExecutable, firstComeExecutable } from "./other-executables.ts";
import { hostMetrics, logs } from "./shapes.ts";
import { compare, CONNECTIONS, SLICES_A_ROUND } from "./side-by-side.ts";
import { agentTarget, type StartTarget, TARGET_NAMES } from "./targets.ts";

const BEFORE = "fcadf28";
/** What fairness may cost. */
const WANTED_MAX = 1.03;
const LOADS = [
  { shape: logs(100, 1000), encoding: "json", isGzip: false },
  { shape: logs(100, 1000), encoding: "protobuf", isGzip: false },
  { shape: logs(100, 1000), encoding: "json", isGzip: true },
  { shape: logs(1, 200), encoding: "json", isGzip: false },
  { shape: hostMetrics(), encoding: "json", isGzip: false },
] as const;

export async function fairness(rounds: number, say: (line: string) => void): Promise<Chapter[]> {
  const title = "Fairness";
  const earlier = earlierExecutable(BEFORE);
  if ("missing" in earlier) return [{ title, note: `Not measured: ${earlier.missing}.`, table: "" }];
  const starts = [startOf(firstComeExecutable()), startOf(earlier.executable), startOf()];
  const rows: string[][] = [];
  for (const { shape, encoding, isGzip } of LOADS) {
    using load = await Load.create(workload(shape, encoding, isGzip));
    const [firstCome, before, now] = await compare(load, starts, rounds);
    if (firstCome === undefined || before === undefined || now === undefined) throw new Error("Cannot compare nothing");
    const us = [firstCome, before, now].map((one) => one.us.toFixed(1));
    const ratios = [firstCome, before].map((one) => intervalText(one.ratioOfLast, 3));
    const row = [load.workload.name, ...us, ratios[0] ?? "", WANTED_MAX.toFixed(2), ratios[1] ?? ""];
    say(row.join(" · "));
    rows.push(row);
  }
  const head = [
    "what is sent",
    "µs first come",
    `µs ${BEFORE}`,
    "µs now",
    "now ÷ first come (95 % interval)",
    "wanted",
    `now ÷ ${BEFORE}`,
  ];
  const note =
    `CPU time a request, discarding, ${CONNECTIONS} connections. "First come" is built from the same source, but serves whoever comes ` +
    `first: no turns, no places among the bytes in flight. Commit ${BEFORE} did so, too, and had neither jobs nor events nor the page. ` +
    `All were stopped and continued in turn, ${SLICES_A_ROUND} slices of a fifth of a second each, and started anew ${rounds} times. ${BODIES_NOTE}`;
  return [{ title, note, table: markdownTable(head, rows) }];
}

function startOf(executable?: string): StartTarget {
  return () =>
    agentTarget(TARGET_NAMES.discard, { destination: "discard:", ...(executable !== undefined && { executable }) });
}
