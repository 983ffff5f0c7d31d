import type { StoredObjects } from "../stored/stored-objects.ts";
import { Filler } from "./filler.ts";
import { FoundJobs, type JobFilter } from "./found-jobs.ts";
import { type JobRoom, REPORT_ROOM, type ReportJob } from "./job-report.ts";
import { itemsOf } from "./otlp-items.ts";
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
    else await reader.read(place, (line) => filler.take(stream, line));
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
      await reader.peek(place, "all", (line) => itemsOf(line, "traces")?.forEach((items) => found.addSpans(items)));
    } else if (stream === "gha-logs") {
      const take = (line: Buffer): void =>
        itemsOf(line, "logs")?.forEach((items) => found.addLogs(items, second * 1000));
      await reader.peek(place, "first", take);
    }
  }
  return [found, { firstMs, bytes }];
}
