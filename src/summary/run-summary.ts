import type { Price } from "../lib/price.ts";
import { LIVE_SEVERITIES, type LiveEvent, type LiveJob, type LiveState, type LiveStep } from "../live/live-data.ts";
import { figuresOf } from "../live/series-figures.ts";
import { eventsDuring, type RunFacts, runFacts } from "./run-facts.ts";
import { sparkline } from "./sparkline.ts";

/** A job of the runner has a few dozen; the longest are told. */
export const TOLD_STEPS_MAX = 100;
/** The gravest are told. */
export const TOLD_EVENTS_MAX = 50;
/** The gravest first. */
const GRAVITY = LIVE_SEVERITIES.toReversed();

/** What of a state a summary is made of. */
export type SummaryState = Pick<LiveState, "nowMs" | "maySeeTexts" | "jobs" | "series" | "events">;

export interface StepFacts extends Pick<LiveStep, "name" | "startedAtMs" | "endedAtMs" | "result"> {
  readonly durationMs: number;
  /** Of the job's; steps may overlap. */
  readonly durationShare: number;
  /** Absent: not measured. */
  readonly peakCpuShare?: number;
  readonly peakMemoryShare?: number;
}

/** One run of a job, ready to be written. */
export interface RunSummary {
  readonly facts: RunFacts;
  readonly price?: Price;
  /** False: names are numbers, because the reader is another user of the machine. */
  readonly maySeeTexts: boolean;
  /** Other jobs that ran on the machine at the time: the figures are of all of them. */
  readonly otherJobs: number;
  /** Steps so far that ended with failure or error. */
  readonly failedSteps: number;
  readonly steps: readonly StepFacts[];
  readonly stepsLeftOut: number;
  readonly events: readonly LiveEvent[];
  readonly eventsLeftOut: number;
  /** A cell each for equal parts of the time, of the CPU and of the memory. Undefined: not measured. */
  readonly cpuChart: string | undefined;
  readonly memoryChart: string | undefined;
}

/** Of a job of `state`. Pure. */
export function runSummary(job: LiveJob, state: SummaryState, price?: Price): RunSummary {
  const { nowMs, maySeeTexts, series, events: all } = state;
  const facts = runFacts(job, state);
  const endMs = facts.startedAtMs + facts.durationMs;
  const steps = longest(job.steps.map((step) => stepFacts(step, facts, state)));
  const during = eventsDuring(job, all, nowMs);
  const events = gravest(during);
  const chart = (name: "cpu.mean" | "memory.used"): string | undefined =>
    facts.figures[name] === undefined ? undefined : sparkline(series, name, facts.startedAtMs, endMs);
  return {
    facts,
    ...(price !== undefined && { price }),
    maySeeTexts,
    otherJobs: state.jobs.filter((other) => other !== job && overlaps(other, job, nowMs)).length,
    failedSteps: job.steps.filter(({ result }) => result === "failure" || result === "error").length,
    steps,
    stepsLeftOut: job.steps.length - steps.length,
    events,
    eventsLeftOut: during.length - events.length,
    cpuChart: chart("cpu.mean"),
    memoryChart: chart("memory.used"),
  };
}

function stepFacts(step: LiveStep, { durationMs: ofJobMs }: RunFacts, { series, nowMs }: SummaryState): StepFacts {
  const { name, startedAtMs, endedAtMs, result } = step;
  const endMs = endedAtMs ?? nowMs;
  const durationMs = Math.max(0, endMs - startedAtMs);
  const [cpu, memory] = (["cpu.mean", "memory.used"] as const).map((one) => figuresOf(series, one, startedAtMs, endMs));
  return {
    name,
    startedAtMs,
    ...(endedAtMs !== undefined && { endedAtMs }),
    ...(result !== undefined && { result }),
    durationMs,
    durationShare: ofJobMs === 0 ? 0 : Math.min(1, durationMs / ofJobMs),
    ...(cpu !== undefined && { peakCpuShare: cpu.max }),
    ...(memory !== undefined && { peakMemoryShare: memory.max }),
  };
}

function longest(steps: readonly StepFacts[]): readonly StepFacts[] {
  const kept = new Set(steps.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, TOLD_STEPS_MAX));
  return steps.filter((step) => kept.has(step));
}

function gravest(events: readonly LiveEvent[]): readonly LiveEvent[] {
  const kept = new Set(events.toSorted((a, b) => gravityOf(a) - gravityOf(b)).slice(0, TOLD_EVENTS_MAX));
  return events.filter((event) => kept.has(event));
}

function overlaps(one: LiveJob, other: LiveJob, nowMs: number): boolean {
  return one.startedAtMs < (other.endedAtMs ?? nowMs) && other.startedAtMs < (one.endedAtMs ?? nowMs);
}

function gravityOf({ severity }: LiveEvent): number {
  return GRAVITY.indexOf(severity);
}
