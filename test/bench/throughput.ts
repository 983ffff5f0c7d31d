/** As fast as it goes: eight connections, all kinds of bodies, beside what else could take them. */
import type { Encoding } from "../../src/otlp/export-request.ts";
import { BODIES_NOTE, workload, workloadName } from "./bodies.ts";
import type { Chapter } from "./chapter.ts";
import { measureCold } from "./cold-page-cache.ts";
import { Load, measure, type Measured } from "./measure.ts";
import { measuredTable, measuredWords, type Unmeasured } from "./measured-table.ts";
import { type RatioGoals, ratioChapter } from "./ratios.ts";
import { hostMetrics, logs, type Shape } from "./shapes.ts";
import { type Summary, summaries } from "./summary.ts";
import {
  agentTarget,
  bareTarget,
  COLD_SUFFIX,
  otelcolTarget,
  rotelTarget,
  type StartTarget,
  TARGET_NAMES,
} from "./targets.ts";

const CONNECTIONS = 8;
const { bare, discard, folder, otelcol, rotel } = TARGET_NAMES;

interface Case {
  readonly shape: Shape;
  readonly encoding: Encoding;
  readonly isGzip: boolean;
  readonly goals?: RatioGoals;
  readonly isMeasuredCold?: true;
}

const LARGE = logs(100, 1000);
const SMALL = logs(1, 1000);
const METRICS = hostMetrics();

const CASES: readonly Case[] = [
  { shape: LARGE, encoding: "json", isGzip: false, goals: { otelcol: 4, rotel: 2.5 }, isMeasuredCold: true },
  { shape: LARGE, encoding: "protobuf", isGzip: false, goals: { otelcol: 3, rotel: 1.3 }, isMeasuredCold: true },
  { shape: LARGE, encoding: "json", isGzip: true, goals: { otelcol: 3, rotel: 1.5 } },
  { shape: LARGE, encoding: "protobuf", isGzip: true, goals: { otelcol: 3, rotel: 1.5 } },
  { shape: METRICS, encoding: "json", isGzip: false },
  { shape: METRICS, encoding: "protobuf", isGzip: false },
  { shape: SMALL, encoding: "json", isGzip: false },
  { shape: SMALL, encoding: "protobuf", isGzip: false },
];

export interface Times {
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** All targets in turn, so often: what disturbs the machine for a while meets all of them. */
  readonly rounds: number;
}

export interface ThroughputOptions {
  readonly warm: Times;
  readonly cold: Times;
  /** Why rotel cannot be measured, or undefined. */
  readonly rotelMissing: string | undefined;
  /** Called before the first measurement on warm memory. Resolves to the MiB that were touched. */
  readonly warmMemory: () => Promise<number>;
  readonly say: (line: string) => void;
}

export async function throughput(options: ThroughputOptions): Promise<Chapter[]> {
  const { warm, cold, rotelMissing, say } = options;
  // First, because everything else warms memory.
  const onCold = await coldSummaries(cold, say);
  const warmedMib = await options.warmMemory();
  const targets: readonly StartTarget[] = [
    bareTarget,
    () => agentTarget(discard, { destination: "discard:" }),
    ...(rotelMissing === undefined ? [rotelTarget] : []),
    ...writers(""),
  ];
  const measured = [...onCold];
  for (const one of CASES) measured.push(...(await warmSummaries(one, targets, warm, say)));
  const note = [
    `${CONNECTIONS} connections, each sends when its last answer is there. Medians of ${warm.rounds} rounds over all`,
    `targets in turn, with the least and the most. ${BODIES_NOTE} What is written is removed when its target has ended.`,
    `${(warmedMib / 1024).toFixed(0)} GiB of memory were used and given back before the first round.`,
    onCold.length > 0
      ? `With a cold page cache: ${onCold[0]?.rounds} rounds that wrote to memory which was not used since the machine booted.`
      : "A cold page cache could not be measured here: too little memory was not used yet since the machine booted.",
    rotelMissing === undefined ? "" : `No rotel here: ${rotelMissing}.`,
  ];
  return [
    {
      title: "Throughput",
      note: note.join(" ").trim(),
      table: measuredTable(CASES.flatMap((one) => rowsOf(one, measured))),
    },
    ratioChapter(
      CASES.map((one) => ({ workload: caseName(one), ...one.goals })),
      measured,
    ),
  ];
}

/** One for each target, also for those that could not be measured. */
function rowsOf(one: Case, measured: readonly Summary[]): (Summary | Unmeasured)[] {
  const cold = one.isMeasuredCold ? [folder + COLD_SUFFIX, otelcol + COLD_SUFFIX] : [];
  return [bare, discard, rotel, folder, otelcol, ...cold].map((target) => {
    const found = measured.find((summary) => summary.workload === caseName(one) && summary.target === target);
    return found ?? { workload: caseName(one), target, isUnmeasured: true };
  });
}

async function warmSummaries(
  one: Case,
  targets: readonly StartTarget[],
  times: Times,
  say: (line: string) => void,
): Promise<Summary[]> {
  using load = await Load.create(workload(one.shape, one.encoding, one.isGzip));
  const rounds: Measured[] = [];
  for (let round = 0; round < times.rounds; round++) {
    for (const start of targets) {
      await using target = await start();
      const measured = await measure(target, load, { ...times, connections: CONNECTIONS });
      say(measuredWords(measured));
      rounds.push(measured);
    }
  }
  return summaries(rounds);
}

async function coldSummaries(times: Times, say: (line: string) => void): Promise<Summary[]> {
  using loads = new DisposableStack();
  const ofCases: Load[] = [];
  for (const { shape, encoding, isGzip } of CASES.filter(({ isMeasuredCold }) => isMeasuredCold)) {
    ofCases.push(loads.use(await Load.create(workload(shape, encoding, isGzip))));
  }
  const options = { ...times, connections: CONNECTIONS };
  return summaries(await measureCold(ofCases, writers(COLD_SUFFIX), options, say));
}

/** Those whose speed depends on the page cache. */
function writers(suffix: string): readonly StartTarget[] {
  return [() => agentTarget(folder + suffix), () => otelcolTarget(otelcol + suffix)];
}

function caseName({ shape, encoding, isGzip }: Case): string {
  return workloadName(shape, encoding, isGzip);
}
