import type { LiveSpan } from "./live-data.ts";
import { readSpans } from "./read-spans.ts";
import { spanChars } from "./span-chars.ts";
import { Tail } from "./tail.ts";

/** SDKs send batches of 512, and several programs may send theirs in one second. */
export const SPANS_MAX = 2000;
export const SPANS_MAX_BYTES = 512 * 1024;
/** Ids, times and names of keys. */
const SPAN_BYTES = 180;
const ATTRIBUTE_BYTES = 6;

export type SpanStream = "traces";

/** The newest spans. `nowMs`: wall time, of spans that have none. */
export function spanTail(nowMs: () => number = Date.now): Tail<SpanStream, LiveSpan> {
  return new Tail(
    {
      read: (_, line, atMs) => readSpans(line, atMs),
      // Events and links of a span have none.
      sign: '"startTimeUnixNano":',
      bytesOf: (span) => SPAN_BYTES + ATTRIBUTE_BYTES * Object.keys(span.attributes).length + spanChars(span),
      atMsOf: ({ endedAtMs }) => endedAtMs,
      recordsMax: SPANS_MAX,
      maxBytes: SPANS_MAX_BYTES,
    },
    nowMs,
  );
}
