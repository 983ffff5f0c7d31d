import { linesOf } from "../stored/lines.ts";
import type { StoredObjects } from "../stored/stored-objects.ts";
import { noteUnreadable, type Unreadable } from "../stored/unreadable.ts";
import { lineSignal } from "./line-signal.ts";
import type { OtlpTarget } from "./otlp-target.ts";
import { shifted } from "./timeshift.ts";

/** The longest line that an agent can hold is half of its largest ring; more than that is no line. */
const LINE_MAX_BYTES = 512 * 1024 * 1024;

/** Where a replay is: the object, and how many of its lines are done. */
export interface Place {
  readonly key: string;
  readonly lines: number;
}

export interface ReplayOptions {
  readonly source: StoredObjects;
  readonly target: Pick<OtlpTarget, "send">;
  /** Begins here instead of at the first object. */
  readonly from?: Place;
  /** Moves every time in the lines. Default: the requests are sent as they were stored. */
  readonly shiftMs?: number;
  /** Called after each object, and with the place of the last line that is done when it ends before. */
  readonly onPlace?: (place: Place, report: ReplayReport) => void;
}

/** What a replay has done so far. */
export interface ReplayReport extends Unreadable {
  objects: number;
  bytes: number;
  /** Requests that were taken. */
  sent: number;
  /** Lines that are no OTLP, or that carry nothing. */
  skipped: number;
  /** Requests that the endpoint refused for good, and the reason of the first. */
  refused: number;
  refusedReason: string | undefined;
  /** Items that the endpoint did not take of requests that it took. */
  rejectedItems: number;
}

/**
 * Sends the lines of all objects to an endpoint, one request a line, in the order of the keys and one after the other: an
 * endpoint that is slow slows the reading. Rejects when the place cannot be listed, and with the reason of `abort`.
 */
export async function replay(
  { source, target, from, shiftMs, onPlace = () => {} }: ReplayOptions,
  abort: AbortSignal,
): Promise<ReplayReport> {
  const report: ReplayReport = {
    objects: 0,
    bytes: 0,
    sent: 0,
    skipped: 0,
    refused: 0,
    refusedReason: undefined,
    rejectedItems: 0,
    unreadable: 0,
    unreadableNames: [],
  };
  for await (const object of source.list(abort, from?.key)) {
    let done = object.key === from?.key ? from.lines : 0;
    try {
      for await (const { number, bytes } of linesOf(source.read(object, abort), object.compression, LINE_MAX_BYTES)) {
        if (number < done) continue;
        await sendLine(bytes, { target, shiftMs, report }, abort);
        done = number + 1;
      }
      report.objects++;
    } catch (error) {
      if (abort.aborted) onPlace({ key: object.key, lines: done }, report);
      abort.throwIfAborted();
      noteUnreadable(report, object, error);
    }
    report.bytes += object.bytes;
    onPlace({ key: object.key, lines: done }, report);
  }
  return report;
}

async function sendLine(
  bytes: Uint8Array | undefined,
  { target, shiftMs, report }: Pick<ReplayOptions, "target"> & { shiftMs: number | undefined; report: ReplayReport },
  abort: AbortSignal,
): Promise<void> {
  const signal = bytes === undefined ? undefined : lineSignal(bytes);
  if (bytes === undefined || signal === undefined) {
    report.skipped++;
    return;
  }
  const line = shiftMs === undefined ? bytes : shifted(Buffer.from(bytes).toString(), shiftMs);
  const outcome = await target.send(signal, line, abort);
  if (outcome.kind === "taken") {
    report.sent++;
    report.rejectedItems += outcome.rejected;
  } else {
    report.refused++;
    report.refusedReason ??= outcome.reason;
  }
}

/** The second of the newest object. Undefined when there is none. */
export async function newestSecond(source: StoredObjects, abort: AbortSignal): Promise<number | undefined> {
  let newest: number | undefined;
  for await (const { second } of source.list(abort)) newest = Math.max(newest ?? second, second);
  return newest;
}
