import { type Attributes, RESULTS } from "../job-pipeline.ts";
import type { JsonObject } from "../lib/json-object.ts";
import { LIVE_SOURCES, type LiveJob, type LiveStep } from "../live/live-data.ts";
import { msOf, textOf } from "../live/told-values.ts";
import { OWN_SCOPES } from "../pipeline.ts";
import { attributesOf, type Items } from "./otlp-items.ts";

/** The most that one report shows: the newest ones. */
export const JOBS_MAX = 100;
/** As many as an agent tells of a job. */
const STEPS_MAX = 3000;
const JOB_ID = "cicd.pipeline.task.run.id";
/** What of a job's resource says who the job is. */
const IDENTITY = /^(?:cicd|vcs)\.|^warp_telemetry\.run\./;

/** A job of which objects tell. */
export interface FoundJob {
  /** The same in every record of the job. */
  readonly key: string;
  /** The machine, as its resource names it. */
  readonly host: string;
  readonly job: LiveJob;
  /** The newest moment that is known of it. */
  readonly lastMs: number;
}

interface OpenJob {
  readonly key: string;
  readonly host: string;
  readonly traceId: string;
  readonly attributes: Attributes;
  readonly steps: Map<string, LiveStep>;
  own: LiveStep | undefined;
  firstMs: number;
  lastMs: number;
  /** The last end of a step or of the job itself. */
  endMs: number;
}

/** The job that a resource says it is of; undefined for that of no job. */
export function jobKeyOf(resource: Attributes): string | undefined {
  const id = resource[JOB_ID];
  return id === undefined ? undefined : `${resource["host.name"] ?? ""} ${id}`;
}

export interface JobFilter {
  /** Wall time in ms: only jobs that ran after it, or before it. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** The name of a job, its id, or the id of its run. */
  readonly job?: string;
}

/**
 * Collects the jobs of which spans and logs tell, in any order. Holds twice {@link JOBS_MAX} at most; the older ones are
 * counted only.
 */
export class FoundJobs {
  readonly #filter: JobFilter;
  readonly #open = new Map<string, OpenJob>();
  /** By {@link shortKey}: there may be a million. */
  readonly #dropped = new Set<number>();
  #older = 0;

  constructor(filter: JobFilter = {}) {
    this.#filter = filter;
  }

  /** Takes over the spans of jobs and steps. */
  addSpans({ resource, scope, items }: Items): void {
    if (scope !== OWN_SCOPES.job) return;
    for (const span of items) {
      const [startedAtMs, traceId] = [msOf(span["startTimeUnixNano"]), textOf(span["traceId"])];
      const open = startedAtMs === undefined ? undefined : this.#of(resource, traceId ?? "", startedAtMs);
      if (open === undefined || startedAtMs === undefined) continue;
      const step = stepOf(span, startedAtMs);
      open.endMs = Math.max(open.endMs, step.endedAtMs ?? startedAtMs);
      open.lastMs = Math.max(open.lastMs, open.endMs);
      // The span of a job has no parent.
      if (textOf(span["parentSpanId"]) === undefined) open.own = step;
      else if (open.steps.size < STEPS_MAX) open.steps.set(step.id, step);
    }
  }

  /** Takes over that a job had logs, for one whose spans never came. */
  addLogs({ resource, items: [first] }: Items, lastMs: number): void {
    const atMs = msOf(first?.["timeUnixNano"] ?? first?.["observedTimeUnixNano"]);
    if (atMs === undefined) return;
    const open = this.#of(resource, textOf(first?.["traceId"]) ?? "", atMs);
    if (open !== undefined) open.lastMs = Math.max(open.lastMs, lastMs);
  }

  /** No job was found of the name or id that was asked for, at whatever time. */
  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** The newest, oldest first, and how many older ones there were. */
  take(): { readonly jobs: readonly FoundJob[]; readonly older: number } {
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = this.#filter;
    const found = [...this.#open.values()]
      .map(closed)
      .filter(({ job, lastMs }) => lastMs >= fromMs && job.startedAtMs <= toMs)
      .toSorted((a, b) => a.job.startedAtMs - b.job.startedAtMs);
    return { jobs: found.slice(-JOBS_MAX), older: this.#older + Math.max(0, found.length - JOBS_MAX) };
  }

  #of(resource: Attributes, traceId: string, atMs: number): OpenJob | undefined {
    const key = jobKeyOf(resource);
    if (key === undefined || this.#dropped.has(shortKey(key)) || !this.#isWanted(resource)) return undefined;
    const known = this.#open.get(key);
    if (known !== undefined) {
      known.firstMs = Math.min(known.firstMs, atMs);
      return known;
    }
    const attributes = Object.fromEntries(Object.entries(resource).filter(([name]) => IDENTITY.test(name)));
    const host = resource["host.name"] ?? "";
    const open = {
      key,
      host,
      traceId,
      attributes,
      steps: new Map(),
      own: undefined,
      firstMs: atMs,
      lastMs: atMs,
      endMs: atMs,
    };
    this.#open.set(key, open);
    if (this.#open.size >= 2 * JOBS_MAX) this.#dropOldest();
    return open;
  }

  #isWanted(resource: Attributes): boolean {
    const { job } = this.#filter;
    if (job === undefined) return true;
    return [JOB_ID, "cicd.pipeline.task.name", "cicd.pipeline.run.id"].some((name) => resource[name] === job);
  }

  #dropOldest(): void {
    const oldest = [...this.#open.values()].toSorted((a, b) => a.firstMs - b.firstMs).slice(0, JOBS_MAX);
    for (const { key } of oldest) {
      this.#open.delete(key);
      this.#dropped.add(shortKey(key));
    }
    this.#older += oldest.length;
  }
}

/** A number that no two of a billion keys share, practically. */
function shortKey(key: string): number {
  return Number(BigInt.asUintN(52, Bun.hash.wyhash(key)));
}

function stepOf(span: JsonObject, startedAtMs: number): LiveStep {
  const attributes = attributesOf(span["attributes"]);
  const result = RESULTS.find((known) => known === attributes["cicd.pipeline.task.run.result"]);
  return {
    id: attributes[JOB_ID] ?? textOf(span["spanId"]) ?? "",
    name: attributes["cicd.pipeline.task.name"] ?? textOf(span["name"]) ?? "",
    startedAtMs,
    endedAtMs: Math.max(startedAtMs, msOf(span["endTimeUnixNano"]) ?? startedAtMs),
    ...(result !== undefined && { result }),
    source: LIVE_SOURCES.find((known) => known === attributes["warp_telemetry.source"]) ?? "runner",
  };
}

/** A job whose own span never came began with the first that is known of it, and has no end. */
function closed({ key, host, traceId, attributes, steps, own, firstMs, lastMs, endMs }: OpenJob): FoundJob {
  const begun = {
    name: attributes["cicd.pipeline.task.name"] ?? "job",
    startedAtMs: firstMs,
    source: "runner",
  } as const;
  // The runner's log has whole seconds, and the last step may end within the last one.
  const { id: _, ...times } = own === undefined ? { id: "", ...begun } : { ...own, endedAtMs: endMs };
  const job: LiveJob = {
    ...times,
    traceId,
    attributes,
    steps: [...steps.values()].toSorted((a, b) => a.startedAtMs - b.startedAtMs),
  };
  return { key, host, job, lastMs };
}
