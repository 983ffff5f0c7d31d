import type { Attributes } from "../job-pipeline.ts";
import { type FoundJob, jobKeyOf } from "./found-jobs.ts";
import { JobReport, type JobRoom, LEAD_MS, TRAIL_MS } from "./job-report.ts";

/** Wall times in ms. */
interface ShownTime {
  /** Where the time axis begins. */
  readonly axisFromMs: number;
  /** What is of another time is left out. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface OwnersOptions extends JobRoom {
  readonly jobs: readonly FoundJob[];
  /** What is shown of each machine, where no job is known at all. Undefined: what is of no job is left out. */
  readonly machines: ShownTime | undefined;
}

/** Machines without a job that one report shows. */
const MACHINES_MAX = 20;

/** Whose a record is: the job that it names, or the one that ran on its machine then. */
export class Owners {
  readonly #byKey = new Map<string, JobReport>();
  readonly #byHost = new Map<string, Found[]>();
  readonly #machines = new Map<string, JobReport>();
  readonly #shown: OwnersOptions["machines"];
  readonly #room: JobRoom;
  readonly #byTrace = new Map<string, Found[]>();
  readonly #onlyHost: string | undefined;
  /** The records of one resource come one behind the other. */
  #last: {
    readonly resource: Attributes | undefined;
    readonly hasJob: boolean;
    readonly named: JobReport | undefined;
  } = {
    resource: undefined,
    hasJob: false,
    named: undefined,
  };

  constructor({ jobs, machines, ...room }: OwnersOptions) {
    this.#shown = machines;
    const shares = jobs.length === 0 ? MACHINES_MAX : jobs.length;
    this.#room = {
      logMaxChars: room.logMaxChars / shares,
      spansMax: Math.ceil(room.spansMax / shares),
      spanMaxChars: room.spanMaxChars / shares,
    };
    for (const found of jobs) {
      const { key, host, job } = found;
      const report = new JobReport(found, job.startedAtMs - LEAD_MS, this.#room);
      this.#byKey.set(key, report);
      addTo(this.#byHost, host, { found, report });
      addTo(this.#byTrace, job.traceId, { found, report });
    }
    const [only, ...others] = this.#byHost.keys();
    this.#onlyHost = others.length === 0 ? only : undefined;
  }

  get all(): readonly JobReport[] {
    return [...this.#byKey.values(), ...this.#machines.values()];
  }

  /** Undefined when it is of no job that the report shows. `atMs` is the time of the record, `traceId` what it may have. */
  of(resource: Attributes, atMs: number, traceId?: string): JobReport | undefined {
    if (resource !== this.#last.resource) {
      const key = jobKeyOf(resource);
      this.#last = { resource, hasJob: key !== undefined, named: this.#byKey.get(key ?? "") };
    }
    const { hasJob, named } = this.#last;
    if (named !== undefined) return named;
    const host = resource["host.name"];
    if (this.#shown !== undefined) return this.#machine(host ?? "", atMs, this.#shown);
    if (hasJob) return undefined;
    const ofTrace = this.#byTrace.get(traceId ?? "");
    // All machines of a run share its trace, and a program that a job started need not say on which of them it runs.
    if (host === undefined && ofTrace !== undefined) return jobAt(ofTrace, atMs);
    return jobAt(this.#byHost.get(host ?? this.#onlyHost ?? "") ?? [], atMs);
  }

  #machine(host: string, atMs: number, { axisFromMs, fromMs, toMs }: ShownTime): JobReport | undefined {
    if (atMs < fromMs || atMs > toMs) return undefined;
    const known = this.#machines.get(host);
    if (known !== undefined || this.#machines.size >= MACHINES_MAX) return known;
    const report = new JobReport({ host, lastMs: atMs }, axisFromMs, this.#room);
    this.#machines.set(host, report);
    return report;
  }
}

function addTo(map: Map<string, Found[]>, key: string, found: Found): void {
  map.set(key, [...(map.get(key) ?? []), found]);
}

interface Found {
  readonly found: FoundJob;
  readonly report: JobReport;
}

/** The job that ran then; else one that had just ended, or was to begin. */
function jobAt(jobs: readonly Found[], atMs: number): JobReport | undefined {
  const within = (lead: number, trail: number): Found | undefined =>
    jobs.findLast(({ found: { job, lastMs } }) => {
      const endMs = job.endedAtMs ?? Number.POSITIVE_INFINITY;
      return atMs >= job.startedAtMs - lead && atMs <= Math.max(endMs, lastMs) + trail;
    });
  return (within(0, 0) ?? within(LEAD_MS, TRAIL_MS))?.report;
}
