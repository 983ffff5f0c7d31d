import type { Random } from "../chaos/random.ts";
import { type JobKind, JOB_KINDS, type Machine, MACHINES, SEARCHED, SEARCHED_SHARE } from "./catalog.ts";

/** `telemetry.collector.interval` of the page. */
export const SAMPLE_EVERY_MS = 30_000;
const FAILED_SHARE = 0.04;
const LINES_PER_STEP = 16;
/** No run is longer, so that two of them fit into a day of one runner. */
const RUN_MAX_MS = 55 * 60_000;

export interface PlayedStep {
  readonly name: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly result: "success" | "failure" | "skip";
  /** What it prints, and when. */
  readonly lines: readonly { readonly atMs: number; readonly text: string }[];
}

export interface Kill {
  readonly atMs: number;
  readonly stepName: string;
  readonly process: string;
  readonly rssKib: number;
  readonly limitKib: number;
}

export interface Sample {
  readonly atMs: number;
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly cpuPressurePercent: number;
}

/** One job on one machine, from its begin to its end: what there is to know of it, before anybody has written it down. */
export interface PlayedRun {
  /** Another one for each run. */
  readonly number: number;
  readonly host: string;
  readonly kind: JobKind;
  readonly machine: Machine;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly result: "success" | "failure";
  readonly steps: readonly PlayedStep[];
  readonly samples: readonly Sample[];
  readonly kill: Kill | undefined;
}

/** A run that begins at `startedAtMs`. The same for the same state of `random`. */
export function playRun(number: number, host: string, startedAtMs: number, random: Random): PlayedRun {
  const kind = random.pick(JOB_KINDS);
  const machine = machineOf(kind);
  const isKilled = random.chance(kind.killedShare);
  const isFailed = isKilled || random.chance(FAILED_SHARE);
  const failsAt = isKilled ? longestOf(kind) : isFailed ? random.int(0, kind.steps.length - 1) : kind.steps.length;
  const steps: PlayedStep[] = [];
  let atMs = startedAtMs + random.int(500, 2000);
  for (const [index, [name, seconds]] of kind.steps.entries()) {
    const result = index < failsAt ? "success" : index === failsAt ? "failure" : "skip";
    const tookMs = result === "skip" ? 0 : Math.round(seconds * 1000 * (0.6 + random.next() ** 3 * 1.2));
    const endedAtMs = Math.min(atMs + tookMs, startedAtMs + RUN_MAX_MS);
    const lines = result === "skip" ? [] : linesOf(name, atMs, endedAtMs, random);
    steps.push({ name, startedAtMs: atMs, endedAtMs, result, lines });
    atMs = endedAtMs;
  }
  const endedAtMs = atMs + random.int(200, 1500);
  const failed = steps[failsAt];
  const kill = isKilled && failed !== undefined ? killOf(failed, machine, random) : undefined;
  const samples = samplesOf(kind, startedAtMs, endedAtMs, random);
  const result = isFailed ? "failure" : "success";
  return { number, host, kind, machine, startedAtMs, endedAtMs, result, steps, samples, kill };
}

function machineOf({ hostType }: JobKind): Machine {
  const machine = MACHINES.find((one) => one.hostType === hostType);
  if (machine === undefined) throw new Error(`Cannot play on ${hostType}: no such machine in the catalog`);
  return machine;
}

/** The step that is killed. */
function longestOf({ steps }: JobKind): number {
  return steps.reduce((longest, [, seconds], index) => (seconds > (steps[longest]?.[1] ?? 0) ? index : longest), 0);
}

function linesOf(name: string, fromMs: number, toMs: number, random: Random): PlayedStep["lines"] {
  const everyMs = (toMs - fromMs) / LINES_PER_STEP;
  const badLine = random.chance(SEARCHED_SHARE) ? random.int(0, LINES_PER_STEP - 1) : -1;
  return Array.from({ length: LINES_PER_STEP }, (_, index) => {
    const path = `src/part-${random.int(1, 400)}/unit-${random.int(1, 9000)}`;
    const text =
      index === 0
        ? `##[group]Run ${name}`
        : index === badLine
          ? `write ${path}.o: ${SEARCHED}`
          : `\u001B[32m[${index}/${LINES_PER_STEP}]\u001B[0m ${path} (${random.int(3, 4000)} ms, 0x${random.int(0, 2 ** 31).toString(16)})`;
    return { atMs: Math.floor(fromMs + index * everyMs), text };
  });
}

function killOf({ name, startedAtMs, endedAtMs }: PlayedStep, machine: Machine, random: Random): Kill {
  const limitKib = machine.memoryGib * 2 ** 20;
  return {
    atMs: Math.floor(startedAtMs + (endedAtMs - startedAtMs) * (0.5 + random.next() / 2)),
    stepName: name,
    process: random.pick(["ld", "java", "node", "cc1plus"]),
    rssKib: Math.floor(limitKib * (0.6 + random.next() * 0.35)),
    limitKib,
  };
}

function samplesOf(kind: JobKind, fromMs: number, toMs: number, random: Random): Sample[] {
  const samples: Sample[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += SAMPLE_EVERY_MS) {
    const cpuPercent = percent(kind.cpuPercent * (0.7 + random.next() * 0.6));
    samples.push({
      atMs,
      cpuPercent,
      memoryPercent: percent(kind.memoryPercent * (0.7 + random.next() * 0.4)),
      cpuPressurePercent: percent(cpuPercent > 60 ? random.next() * 40 : random.next() * 4),
    });
  }
  return samples;
}

/** As the agent writes it: at most 100, three digits behind the point. */
function percent(value: number): number {
  return Math.round(Math.min(value, 100) * 1000) / 1000;
}
