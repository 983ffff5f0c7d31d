import type { Price } from "../lib/price.ts";
import { type Advice, adviceFor, isCounted } from "./advice.ts";
import type { RunFacts } from "./run-facts.ts";

/** More jobs than one looks at; those with most runs are told. */
export const TOLD_JOBS_MAX = 50;

/** The runs of one job on machines of one size. */
export interface RunGroup extends Pick<RunFacts, "repository" | "workflow" | "job" | "cores" | "memoryBytes"> {
  /** Oldest first. */
  readonly runs: readonly RunFacts[];
  readonly advice: Advice;
}

/** Many runs, ready to be written. */
export interface RunsSummary {
  /** Those with most runs first. */
  readonly groups: readonly RunGroup[];
  readonly groupsLeftOut: number;
  readonly runs: number;
  readonly price?: Price;
}

/** Runs by job and size of machine, each with its advice. Pure. */
export function runsSummary(runs: readonly RunFacts[], price?: Price): RunsSummary {
  const byKey = Map.groupBy(runs, keyOf);
  const groups = [...byKey.values()].map(groupOf).toSorted((a, b) => b.runs.length - a.runs.length);
  return {
    groups: groups.slice(0, TOLD_JOBS_MAX),
    groupsLeftOut: Math.max(0, groups.length - TOLD_JOBS_MAX),
    runs: runs.length,
    ...(price !== undefined && { price }),
  };
}

function groupOf(unsorted: readonly RunFacts[]): RunGroup {
  const runs = unsorted.toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  const { repository = "", workflow = "", job = "", cores, memoryBytes } = runs.find(isCounted) ?? runs[0] ?? {};
  return {
    repository,
    workflow,
    job,
    ...(cores !== undefined && { cores }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    runs,
    advice: adviceFor(runs),
  };
}

/** Machines of one type differ in what their kernels keep, so sizes count in whole GiB. */
function keyOf({ repository, workflow, job, cores, memoryBytes }: RunFacts): string {
  const gibibytes = memoryBytes === undefined ? null : Math.round(memoryBytes / 2 ** 30);
  return JSON.stringify([repository, workflow, job, cores ?? null, gibibytes]);
}
