import type { LineSink } from "../pipeline.ts";

/**
 * So much of the end of a line is looked at, some dozen records: what a program logs when it dies stands last, and the
 * whole of each line would cost a tenth of its request.
 */
const LOOKED_AT_BYTES = 16 * 1024;
const FIELD = Buffer.from('"severityNumber"');
/** The names that OTLP/JSON takes for 21 to 24. */
const FATAL = /^\s*:\s*(?:"?2[1-4]"?[\s,}]|"SEVERITY_NUMBER_FATAL)/;
/** Blanks between the field and its value are the sender's; more of them than this has nobody. */
const VALUE_MAX_BYTES = 48;

/** Whether one of the last records of a line of logs (OTLP/JSON) is FATAL. */
export function endsFatally(line: Uint8Array): boolean {
  const end = Buffer.from(line.buffer, line.byteOffset, line.byteLength).subarray(-LOOKED_AT_BYTES);
  for (let at = end.indexOf(FIELD); at >= 0; at = end.indexOf(FIELD, at + 1)) {
    const from = at + FIELD.length;
    if (FATAL.test(end.toString("latin1", from, from + VALUE_MAX_BYTES))) return true;
  }
  return false;
}

/** `sink`, but `flush` is called for each line that it takes and that {@link endsFatally}. */
export function sinkThatFlushes(sink: LineSink, flush: () => void): LineSink {
  return {
    lineMaxBytes: sink.lineMaxBytes,
    offer: (line, sender) => {
      const result = sink.offer(line, sender);
      if (result === "accepted" && endsFatally(line)) flush();
      return result;
    },
  };
}
