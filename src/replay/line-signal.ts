import type { Signal } from "../pipeline.ts";

const SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ["resourceLogs", "logs"],
  ["resourceMetrics", "metrics"],
  ["resourceSpans", "traces"],
]);
/** Nearly every line begins with it. */
const FIRST_KEY = /^\s*\{\s*"(resource(?:Logs|Metrics|Spans))"\s*:/;
const HEAD_BYTES = 64;

/** What a line of an object carries; undefined of one that is no OTLP/JSON, or that carries nothing. Pure. */
export function lineSignal(line: Uint8Array): Signal | undefined {
  const head = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, HEAD_BYTES)).toString("latin1");
  const first = FIRST_KEY.exec(head)?.[1];
  return SIGNALS.get(first ?? keyWithin(line) ?? "");
}

/** The key may stand behind others. */
function keyWithin(line: Uint8Array): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString());
    if (typeof value !== "object" || value === null) return undefined;
    return Object.keys(value).find((key) => SIGNALS.has(key));
  } catch {
    return undefined;
  }
}
