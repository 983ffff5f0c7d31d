import { costOf, moneyText, type Price } from "../lib/price.ts";
import { bytesText, counted, durationText, shareText } from "../lib/quantities.ts";
import { type Advice, coresText } from "./advice.ts";
import { type Block, foreign, said, type Sentence } from "./document.ts";
import { HEAP_WARNING, RULE_TEXT } from "./rule.ts";
import type { RunFacts } from "./run-facts.ts";
import type { RunGroup, RunsSummary } from "./runs-summary.ts";

const NAME_MAX_CHARS = 100;
const HEAD = ["", "least", "median", "most", "runs"] as const;

/** What the runs of jobs were, and what the rule says of their machines, with the rule itself. */
export function runsDocument({ groups, groupsLeftOut, price }: RunsSummary): readonly Block[] {
  return [
    ...groups.flatMap((group) => groupBlocks(group, price)),
    ...(groupsLeftOut === 0 ? [] : [paragraph(`${counted(groupsLeftOut, "job")} with fewer runs left out.`)]),
    paragraph("The rule:"),
    { kind: "list", items: said(...RULE_TEXT, HEAP_WARNING) },
  ];
}

function groupBlocks(group: RunGroup, price: Price | undefined): readonly Block[] {
  const { job, runs, advice } = group;
  const rows = ROWS.flatMap((row) => figureRow(row, runs));
  return [
    { kind: "heading", text: [foreign(job, NAME_MAX_CHARS), `: ${verdictText(advice)}`] },
    { kind: "paragraph", text: originOf(group) },
    { kind: "list", items: said(...advice.reasons.map((reason) => `${reason}.`), ...killsOf(runs)) },
    { kind: "table", head: HEAD, rows: [...rows, ...(price === undefined ? [] : figureRow(costRow(price), runs))] },
  ];
}

/** One line, with n. */
export function verdictText({ verdict, runs, enough }: Advice): string {
  const n = `by ${counted(runs, "run")}`;
  switch (verdict) {
    case "too_few_runs":
      return "facts only";
    case "smaller":
      return enough === undefined
        ? `a smaller machine is enough, ${n}`
        : `${counted(enough.cores, "core")} and ${bytesText(enough.memoryBytes)} are enough, ${n}`;
    case "more_cores":
      return `more cores, ${n}`;
    case "more_memory":
      return `more memory, ${n}`;
    case "more_cores_and_memory":
      return `more cores and more memory, ${n}`;
    case "keep":
      return `the machine fits, ${n}`;
  }
}

function originOf({ repository, workflow, cores, memoryBytes }: RunGroup): Sentence {
  const size = [
    ...(cores === undefined ? [] : [counted(cores, "core")]),
    ...(memoryBytes === undefined ? [] : [bytesText(memoryBytes)]),
  ];
  return [
    ...(repository === "" ? [] : [foreign(repository, NAME_MAX_CHARS), ", "]),
    ...(workflow === "" ? [] : [foreign(workflow, NAME_MAX_CHARS), ", "]),
    size.length === 0 ? "on machines of unknown size" : `on machines with ${size.join(" and ")}`,
  ];
}

function killsOf(runs: readonly RunFacts[]): readonly string[] {
  const kills = runs.reduce((sum, { oomKills }) => sum + oomKills, 0);
  return kills === 0 ? [] : [`OOM kills in all ${counted(runs.length, "run")}: ${kills}.`];
}

interface Row {
  readonly label: string;
  readonly valueOf: (run: RunFacts) => number | undefined;
  readonly text: (value: number) => string;
}

const ROWS: readonly Row[] = [
  { label: "duration", valueOf: ({ durationMs }) => durationMs, text: durationText },
  { label: "CPU, mean", valueOf: ({ figures }) => figures["cpu.mean"]?.mean, text: shareText },
  { label: "CPU, P99.5", valueOf: ({ figures }) => figures["cpu.mean"]?.p995, text: shareText },
  { label: "busy cores, P99.5", valueOf: busyCores, text: coresText },
  { label: "one thread is the limit", valueOf: ({ oneThreadShare }) => oneThreadShare, text: shareText },
  { label: "memory, peak", valueOf: peakMemory, text: bytesText },
  { label: "waiting for a core", valueOf: ({ figures }) => figures["pressure.cpu"]?.mean, text: shareText },
  {
    label: "all waiting for memory",
    valueOf: ({ figures }) => figures["pressure.memory_full"]?.mean,
    text: shareText,
  },
  { label: "waiting for the disk", valueOf: ({ figures }) => figures["pressure.io"]?.mean, text: shareText },
];

function busyCores({ figures, cores }: RunFacts): number | undefined {
  const share = figures["cpu.mean"]?.p995;
  return share === undefined || cores === undefined ? undefined : share * cores;
}

function peakMemory({ figures, memoryBytes }: RunFacts): number | undefined {
  const share = figures["memory.used"]?.peak;
  return share === undefined || memoryBytes === undefined ? undefined : share * memoryBytes;
}

function costRow(price: Price): Row {
  return {
    label: "cost",
    valueOf: ({ durationMs }) => costOf(durationMs, price),
    text: (amount) => moneyText(amount, price.currency),
  };
}

/** The last cell says in how many runs it was measured. */
function figureRow({ label, valueOf, text }: Row, runs: readonly RunFacts[]): readonly (readonly Sentence[])[] {
  const values = runs
    .map(valueOf)
    .filter((value) => value !== undefined)
    .toSorted((a, b) => a - b);
  const [least, median, most] = [values[0], values[Math.floor((values.length - 1) / 2)], values.at(-1)];
  const cells = [least, median, most].map((value) => (value === undefined ? "–" : text(value)));
  return [[[label], ...cells.map((cell) => [cell]), [values.length === 0 ? "not measured" : String(values.length)]]];
}

function paragraph(text: string): Block {
  return { kind: "paragraph", text: [text] };
}
