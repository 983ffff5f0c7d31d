import type { LiveEvent, LiveJob, LiveSeries, SeriesName } from "../../src/live/live-data.ts";
import type { RunFacts, SeriesFigures } from "../../src/summary/run-facts.ts";

export const START_MS = Date.UTC(2026, 10, 26, 10, 0, 0);
export const GIB = 2 ** 30;

/** A job of `seconds`, with what `change` says. */
export function job(seconds: number, change: Partial<LiveJob> = {}): LiveJob {
  return {
    name: "build",
    traceId: "ab",
    startedAtMs: START_MS,
    endedAtMs: START_MS + seconds * 1000,
    result: "success",
    source: "runner",
    attributes: {},
    steps: [],
    ...change,
  };
}

/** Series with a value a second from the start of {@link job} on; of each the mean, the least and the most are the same. */
export function series(
  lists: Readonly<Partial<Record<SeriesName, readonly (number | null)[]>>>,
  change: Partial<LiveSeries> = {},
): LiveSeries {
  const values = Object.fromEntries(
    Object.entries(lists).map(([name, list]) => [name, { min: list, mean: list, max: list }]),
  );
  return { firstMs: START_MS, bucketMs: 1000, values, cores: 8, memoryBytes: 16 * GIB, ...change };
}

export function kill(second: number, change: Partial<LiveEvent> = {}): LiveEvent {
  return {
    atMs: START_MS + second * 1000,
    name: "warp_telemetry.oom_kill",
    severity: "error",
    text: "The kernel killed a process for memory",
    ...change,
  };
}

/** The same value in every second. */
export function flat(value: number): SeriesFigures {
  return { mean: value, p95: value, p995: value, peak: value };
}

/**
 * A run of ten minutes on 8 cores and 16 GiB that uses a quarter of the cores and of the memory: the rule says that half of
 * the machine is enough.
 */
export function run(change: Partial<RunFacts> = {}): RunFacts {
  const { figures, ...rest } = change;
  return {
    repository: "acme/widgets",
    workflow: "CI",
    job: "build",
    runId: "721",
    attempt: "1",
    startedAtMs: START_MS,
    durationMs: 600_000,
    isRunning: false,
    result: "success",
    cores: 8,
    memoryBytes: 16 * GIB,
    figures: {
      "cpu.mean": flat(0.25),
      "cpu.busiest": flat(0.5),
      "memory.used": flat(0.25),
      "pressure.cpu": flat(0.01),
      "pressure.memory_full": flat(0),
      ...figures,
    },
    pieceMs: 2000,
    measuredShare: 1,
    oneThreadShare: 0,
    oomKills: 0,
    oomKillsOfMachine: 0,
    ...rest,
  };
}

/** So many equal runs. */
export function runs(count: number, change: Partial<RunFacts> = {}): readonly RunFacts[] {
  return Array.from({ length: count }, () => run(change));
}

/** {@link run} in which a series was not measured. */
export function unmeasured(name: SeriesName): RunFacts {
  const { figures, ...rest } = run();
  return { ...rest, figures: Object.fromEntries(Object.entries(figures).filter(([one]) => one !== name)) };
}

/** {@link run} on a machine of unknown size. */
export function unsized(): RunFacts {
  const { cores: _, ...rest } = run();
  return rest;
}
