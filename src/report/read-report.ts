import { readLog } from "../live/read-records.ts";
import { readSpan } from "../live/read-spans.ts";
import { msOf, textOf } from "../live/told-values.ts";
import { OWN_SCOPES, type Stream } from "../pipeline.ts";
import type { StoredObjects } from "../stored/stored-objects.ts";
import { FoundJobs, type JobFilter } from "./found-jobs.ts";
import { hostPoints } from "./host-points.ts";
import { type JobRoom, REPORT_ROOM, type ReportJob } from "./job-report.ts";
import { processesOf } from "./kept-processes.ts";
import { type Items } from "./otlp-items.ts";
import { Owners } from "./owners.ts";
import { ObjectReader, type ReadCounts } from "./read-objects.ts";

/** The time axis of a machine begins so long before its first object was sealed. */
const MACHINE_LEAD_MS = 2 * 60 * 1000;

export interface ReadReportOptions extends JobFilter {
  /** Where the objects are; those of several machines and runs may lie together. */
  readonly sources: readonly StoredObjects[];
  /** Default: {@link REPORT_ROOM}. */
  readonly room?: JobRoom;
  /** False: what steps print is passed over, but for what it tells of the jobs. Default: true. */
  readonly hasOutput?: boolean;
  /** How far it is, after each object. Default: nobody asks. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

export interface ReadReport {
  /** Oldest first. Without a job in any object: the machines. */
  readonly jobs: readonly ReportJob[];
  readonly counts: ReadCounts;
  /** Records and data points of no job that is shown. */
  readonly unowned: number;
  /** Jobs that are older than the newest ones, which are all that a report shows. */
  readonly olderJobs: number;
}

/**
 * Reads stored objects into what a report shows, in memory of constant size. It goes over them twice: first for the jobs,
 * which stand in the traces and at the beginning of the runner's logs, then for all that is theirs. An object that cannot
 * be read is counted and passed over. Rejects when a place cannot be listed, and with the reason of `abort`.
 */
export async function readReport(options: ReadReportOptions, abort: AbortSignal): Promise<ReadReport> {
  const { sources, room = REPORT_ROOM, hasOutput = true, onProgress = () => {}, job } = options;
  const reader = new ObjectReader(sources, options, abort);
  const [found, { firstMs, bytes }] = await findJobs(reader, options);
  const { jobs, older } = found.take();
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = options;
  const axisFromMs = Math.max(fromMs, firstMs - MACHINE_LEAD_MS);
  const machines = found.isEmpty && job === undefined ? { axisFromMs, fromMs, toMs } : undefined;
  const owners = new Owners({ jobs, machines, ...room });
  const filler = new Filler(owners);
  for await (const place of reader.objects()) {
    const { stream } = place.object;
    if (stream === "gha-logs" && !hasOutput) reader.passOver(place);
    else for await (const parts of reader.items(place)) for (const items of parts) filler.take(stream, items);
    onProgress(reader.counts.bytes, bytes);
  }
  return {
    jobs: owners.all.map((report) => report.take()),
    counts: reader.counts,
    unowned: filler.unowned,
    olderJobs: older,
  };
}

/** The jobs, and where and how much all objects are. */
async function findJobs(
  reader: ObjectReader,
  filter: JobFilter,
): Promise<readonly [FoundJobs, { readonly firstMs: number; readonly bytes: number }]> {
  const found = new FoundJobs(filter);
  let [firstMs, bytes] = [Number.POSITIVE_INFINITY, 0];
  for await (const place of reader.objects()) {
    const { stream, second } = place.object;
    firstMs = Math.min(firstMs, second * 1000);
    bytes += place.object.bytes;
    if (stream === "traces") {
      for await (const parts of reader.peek(place, "all")) for (const items of parts) found.addSpans(items);
    } else if (stream === "gha-logs") {
      for await (const parts of reader.peek(place, "first"))
        for (const items of parts) found.addLogs(items, second * 1000);
    }
  }
  return [found, { firstMs, bytes }];
}

/** Brings what objects have to the jobs that it is of. */
class Filler {
  unowned = 0;
  readonly #owners: Owners;

  constructor(owners: Owners) {
    this.#owners = owners;
  }

  take(stream: Stream, items: Items): void {
    if (stream === "metrics") this.#takeMetrics(items);
    else if (stream === "traces") this.#takeSpans(items);
    else this.#takeLogs(stream, items);
  }

  #takeMetrics({ resource, scope, items }: Items): void {
    if (scope !== OWN_SCOPES.host) return;
    for (const point of hostPoints(items)) {
      const owner = this.#owners.of(resource, point.atMs);
      if (owner === undefined) {
        this.unowned++;
        continue;
      }
      owner.version = resource["telemetry.version"];
      owner.addPoint(point);
    }
  }

  #takeSpans({ resource, items }: Items): void {
    for (const item of items) {
      const span = readSpan(item, resource["service.name"] ?? "", 0);
      const owner = span === undefined ? undefined : this.#owners.of(resource, span.startedAtMs, span.traceId);
      if (owner === undefined || span === undefined) this.unowned++;
      else owner.addSpan(span);
    }
  }

  #takeLogs(stream: "logs" | "gha-logs", { resource, scope, items }: Items): void {
    if (scope === OWN_SCOPES.processes) {
      const sample = processesOf(items);
      if (sample !== undefined) this.#owners.of(resource, sample.atMs)?.addProcesses(sample);
      return;
    }
    for (const record of items) {
      const atMs = msOf(record["timeUnixNano"]) ?? msOf(record["observedTimeUnixNano"]) ?? 0;
      const owner = this.#owners.of(resource, atMs, textOf(record["traceId"]));
      if (owner === undefined) this.unowned++;
      else if (scope === OWN_SCOPES.events) owner.addEvent(record);
      else owner.addLog(readLog(stream, record, atMs));
    }
  }
}
