import type { JobWatch } from "../job-pipeline.ts";
import type { LineSink, ResourceAttributes } from "../pipeline.ts";
import type { Values } from "../stats/metric.ts";
import type { EVENT_METRICS } from "../stats/part-metrics.ts";
import type { Event, EventKind } from "./event.ts";
import { eventLine } from "./event-line.ts";

/** Records of one kind. A machine that kills a process each second has said all that it has to say. */
const RECORDS_MAX_A_MINUTE = 16;
const MINUTE_MS = 60_000;

export interface EventLogOptions {
  readonly resource: ResourceAttributes;
  /** The ring of logs. */
  readonly sink: LineSink;
  /** Has all that is held sent soon, see `Uploader.hurry`. */
  readonly flush: () => void;
  readonly job?: JobWatch | undefined;
  /** Hears of each event that gets a record, at its wall time in ms, before the record is made. Must not throw. Default: nobody. */
  readonly onEvent?: ((event: Event, atMs: number) => void) | undefined;
  /** Monotonic ms. */
  readonly nowMs: () => number;
  /** Unix time in ms. */
  readonly wallMs: () => number;
}

interface Recent {
  sinceMs: number;
  records: number;
  leftOut: number;
}

/**
 * Makes the records of events: one a time for each kind, at most 16 a minute. Those above it, and those that the ring does
 * not take, are counted in the next record of their kind.
 */
export class EventLog {
  readonly #options: EventLogOptions;
  readonly #recent = new Map<EventKind, Recent>();
  #records = 0;
  #leftOut = 0;
  #dropped = 0;

  constructor(options: EventLogOptions) {
    this.#options = options;
  }

  get counts(): Values<typeof EVENT_METRICS> {
    return { records: this.#records, left_out: this.#leftOut, dropped: this.#dropped };
  }

  /** Writes the record, and has everything sent if the event is urgent. Never throws, waits for nothing. */
  readonly report = (event: Event): void => {
    const { resource, sink, flush, job, onEvent, nowMs, wallMs } = this.#options;
    const recent = this.#recentOf(event.kind, nowMs());
    if (recent.records >= RECORDS_MAX_A_MINUTE) {
      recent.leftOut++;
      this.#leftOut++;
      return;
    }
    recent.records++;
    const frame = { resource, job: job?.current, timeMs: Math.round(wallMs()), leftOut: recent.leftOut };
    onEvent?.(event, frame.timeMs);
    if (sink.offer(eventLine(event, frame), "own") !== "accepted") {
      recent.leftOut++;
      this.#dropped++;
      return;
    }
    recent.leftOut = 0;
    this.#records++;
    if (event.kind.isUrgent) flush();
  };

  #recentOf(kind: EventKind, nowMs: number): Recent {
    const known = this.#recent.get(kind);
    if (known !== undefined && nowMs < known.sinceMs + MINUTE_MS) return known;
    const recent = { sinceMs: nowMs, records: 0, leftOut: known?.leftOut ?? 0 };
    this.#recent.set(kind, recent);
    return recent;
  }
}
