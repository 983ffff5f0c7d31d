import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import { sleepBy } from "../lib/sleep.ts";
import type { Marks } from "./marks.ts";

/**
 * The collector reads the log in turns. The first mark may come back with a turn that had passed the log's end before
 * the mark was written; the second one is of a later turn, which began after the stop and took all lines along.
 */
const MARKS = 2;

const log = logOf("collector");

/** Where a mark can be written. Throws when it cannot. */
export type WriteMark = (mark: string) => void;

export interface LastRead {
  /** In all. */
  readonly timeoutMs: number;
  /** Without a line of the log: a collector that is slow brings some, one that hangs brings none. */
  readonly quietMs: number;
  /** The collector has ended: no mark will come back. */
  readonly ended: Promise<unknown>;
  /** Bytes of the log that it has not read yet, where that can be known. */
  readonly unread: () => number | undefined;
  readonly clock?: Clock;
}

/**
 * Waits until the collector has read its log to the end that it has now, and all of that is in the ring. Gives up after
 * `timeoutMs`, when no line of the log has come for `quietMs`, or when `ended` resolves; the log then says so. Never
 * rejects.
 */
export async function readToTheEnd(marks: Marks, write: WriteMark, options: LastRead): Promise<void> {
  const { clock = SYSTEM_CLOCK } = options;
  const startMs = clock.nowMs();
  const deadlineMs = startMs + options.timeoutMs;
  try {
    for (let n = 0; n < MARKS; n++) {
      const { mark, returned } = marks.make();
      write(mark);
      if (await comesBack(returned, marks, deadlineMs, { ...options, clock })) continue;
      const unreadBytes = options.unread();
      log.warn("Cannot tell that the system log was read to its end; what is missing waits for the next start", {
        waitedMs: Math.round(clock.nowMs() - startMs),
        ...(unreadBytes === undefined ? {} : { unreadBytes }),
      });
      return;
    }
  } catch (error) {
    log.warn("Cannot mark the end of the system log; its last lines may wait for the next start", {
      error: errorText(error),
    });
  }
}

/** False when it is given up. */
async function comesBack(
  returned: Promise<void>,
  marks: Marks,
  deadlineMs: number,
  { quietMs, ended, clock }: LastRead & { readonly clock: Clock },
): Promise<boolean> {
  for (;;) {
    const lines = marks.lines;
    const timer = new AbortController();
    const waitMs = Math.max(0, Math.min(quietMs, deadlineMs - clock.nowMs()));
    const outcome = await Promise.race([
      returned.then(() => "returned" as const),
      ended.then(() => "given up" as const),
      sleepBy(clock, waitMs, timer.signal).then(() => "quiet" as const),
    ]);
    timer.abort();
    if (outcome === "returned") return true;
    if (outcome === "given up" || marks.lines === lines || clock.nowMs() >= deadlineMs) return false;
  }
}
