import type { LiveLog } from "./live-data.ts";
import { readRecords } from "./read-records.ts";
import { Tail } from "./tail.ts";

/** No eye follows more, and no page draws it. */
export const RECORDS_MAX = 500;
export const TEXT_MAX_BYTES = 512 * 1024;
/** Of a record beside its text. */
const RECORD_BYTES = 100;

export type LogStream = LiveLog["stream"];

/** The newest log records. `nowMs`: wall time, of records that have none. */
export function logTail(nowMs: () => number = Date.now): Tail<LogStream, LiveLog> {
  return new Tail(
    {
      read: readRecords,
      sign: '"body":',
      bytesOf: ({ text }) => RECORD_BYTES + text.length,
      atMsOf: ({ atMs }) => atMs,
      recordsMax: RECORDS_MAX,
      maxBytes: TEXT_MAX_BYTES,
    },
    nowMs,
  );
}
