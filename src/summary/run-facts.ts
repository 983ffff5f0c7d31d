import type { Result } from "../job-pipeline.ts";
import { type JobOrigin, originOf } from "../live/job-origin.ts";
import {
  type LiveEvent,
  type LiveJob,
  type LiveSeries,
  type LiveState,
  SERIES,
  type SeriesName,
} from "../live/live-data.ts";
import { bucketsBetween, figuresOf } from "../live/series-figures.ts";
import { percentile } from "./percentile.ts";

/** A core is busy with one thread from here on: the rest is what the scheduler and the clock take. */
export const BUSY_CORE_SHARE = 0.95;
/** With more work than this on all cores, a second thread had much to do, too. */
export const ONE_THREAD_MAX_CORES = 1.5;
/** A limit that is nearer to all memory than this is that of the runner itself, in a container. */
const WHOLE_MEMORY_SHARE = 0.9;

export const OOM_KILL = "warp_telemetry.oom_kill";

/** What a series was while a job ran: shares, or bytes a second. */
export interface SeriesFigures {
  readonly mean: number;
  /** So much it was at most in 95 % and in 99.5 % of the time: of the means of the pieces. */
  readonly p95: number;
  readonly p995: number;
  /** The largest reading. */
  readonly peak: number;
}

/** What is kept of one run of a job: a kilobyte, whatever its length. Texts are texts of the job. */
export interface RunFacts extends JobOrigin {
  readonly job: string;
  readonly startedAtMs: number;
  /** Until now while it runs. */
  readonly durationMs: number;
  readonly isRunning: boolean;
  /** Absent while it runs, and where nobody says it. */
  readonly result?: Result;
  /** Of the machine, or of the container's limits. */
  readonly cores?: number;
  readonly memoryBytes?: number;
  /** Of the machine, while the job ran. A series without values is absent: it was not measured. */
  readonly figures: Readonly<Partial<Record<SeriesName, SeriesFigures>>>;
  /** The length of the pieces of time of which each has one value. */
  readonly pieceMs: number;
  /** In which share of the job the machine was measured. */
  readonly measuredShare: number;
  /** In which share of the measured time one thread had a core to itself and the others little to do. Absent: not measured. */
  readonly oneThreadShare?: number;
  /** Processes that the kernel killed for memory on this machine while the job ran: one at least for each event. */
  readonly oomKills: number;
  /** Those of them for which the memory of the machine, or of the runner's own container, had run out. */
  readonly oomKillsOfMachine: number;
}

/** A job, and what was measured on its machine. */
export interface Run extends Pick<LiveState, "series" | "events" | "nowMs"> {
  readonly job: LiveJob;
}

/** What was measured while a job ran. Pure; the same for the agent's answer and for stored objects. */
export function runFacts(job: LiveJob, { series, events, nowMs }: Omit<Run, "job">): RunFacts {
  const { name, startedAtMs, result } = job;
  const endMs = job.endedAtMs ?? nowMs;
  const kills = eventsDuring(job, events, nowMs).filter((event) => event.name === OOM_KILL);
  const oneThreadShare = oneThreadShareOf(series, startedAtMs, endMs);
  return {
    ...originOf(job),
    job: name,
    startedAtMs,
    durationMs: Math.max(0, endMs - startedAtMs),
    isRunning: job.endedAtMs === undefined,
    ...(result !== undefined && { result }),
    ...(series.cores !== undefined && { cores: series.cores }),
    ...(series.memoryBytes !== undefined && { memoryBytes: series.memoryBytes }),
    figures: Object.fromEntries(
      SERIES.flatMap((one) => {
        const figures = seriesFigures(series, one, startedAtMs, endMs);
        return figures === undefined ? [] : [[one, figures] as const];
      }),
    ),
    pieceMs: series.bucketMs,
    measuredShare: measuredShareOf(series, startedAtMs, endMs),
    ...(oneThreadShare !== undefined && { oneThreadShare }),
    oomKills: kills.length,
    oomKillsOfMachine: kills.filter((kill) => isOfMachine(kill, series.memoryBytes)).length,
  };
}

/** What happened while a job ran. */
export function eventsDuring(
  { startedAtMs, endedAtMs }: LiveJob,
  events: readonly LiveEvent[],
  nowMs: number,
): readonly LiveEvent[] {
  return events.filter(({ atMs }) => atMs >= startedAtMs && atMs <= (endedAtMs ?? nowMs));
}

function seriesFigures(series: LiveSeries, name: SeriesName, fromMs: number, toMs: number): SeriesFigures | undefined {
  const figures = figuresOf(series, name, fromMs, toMs);
  if (figures === undefined) return undefined;
  const means = (series.values[name]?.mean ?? [])
    .slice(...bucketsBetween(series, fromMs, toMs))
    .filter((mean) => mean !== null);
  const { mean, max: peak } = figures;
  return { mean, p95: percentile(means, 0.95), p995: percentile(means, 0.995), peak };
}

/** By the series that was measured longest. */
function measuredShareOf(series: LiveSeries, fromMs: number, toMs: number): number {
  const [from, to] = bucketsBetween(series, fromMs, toMs);
  const counts = (["cpu.mean", "memory.used"] as const).map(
    (name) => (series.values[name]?.mean ?? []).slice(from, to).filter((mean) => mean !== null).length,
  );
  // The part of the job that lies before all buckets has none.
  const wanted = Math.max(1, Math.ceil((toMs - fromMs) / series.bucketMs));
  return Math.min(1, Math.max(...counts) / wanted);
}

/** Only what both series say, and only where there is more than one core. */
function oneThreadShareOf(series: LiveSeries, fromMs: number, toMs: number): number | undefined {
  const { cores = 1, values } = series;
  const [busiest, means] = [values["cpu.busiest"]?.mean ?? [], values["cpu.mean"]?.mean ?? []];
  if (cores < 2) return undefined;
  let [count, ofOneThread] = [0, 0];
  const [from, to] = bucketsBetween(series, fromMs, toMs);
  for (let at = from; at < Math.min(to, busiest.length); at++) {
    const [most, mean] = [busiest[at] ?? null, means[at] ?? null];
    if (most === null || mean === null) continue;
    count++;
    if (most >= BUSY_CORE_SHARE && mean * cores <= ONE_THREAD_MAX_CORES) ofOneThread++;
  }
  return count === 0 ? undefined : ofOneThread / count;
}

function isOfMachine({ oomScope, limitBytes }: LiveEvent, memoryBytes: number | undefined): boolean {
  if (oomScope === "machine") return true;
  return oomScope === "cgroup" && memoryBytes !== undefined && (limitBytes ?? 0) >= WHOLE_MEMORY_SHARE * memoryBytes;
}
