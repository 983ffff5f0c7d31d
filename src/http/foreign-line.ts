import type { Encoding } from "../otlp/export-request.ts";
import { requestMessageOf } from "../otlp/schema.ts";
import type { Signal } from "../pipeline.ts";
import { quoted } from "./refusals.ts";

/** A request that was stored, with something to say about it. */
export interface Warned {
  readonly encoding: Encoding;
  readonly warning: string;
}

/** A longer line is not read again, only to name its keys. */
const READ_MAX_BYTES = 64 * 1024;

/**
 * What to tell the sender of a line without items: undefined when the line has the field of its signal, otherwise what was
 * found and what is expected. Such a line is kept as it was sent, and no reader of OTLP finds anything in it.
 */
export function foreignLineWarning(signal: Signal, line: Uint8Array): string | undefined {
  const keys = line.length > READ_MAX_BYTES ? undefined : keysOf(line);
  const { byNumber, fields } = requestMessageOf(signal);
  const names = new Set(
    fields.flatMap(({ key, snakeKey }) => [key, snakeKey]).map((name) => Buffer.from(name).toString()),
  );
  if (keys === undefined || keys.some((key) => names.has(JSON.stringify(key)))) return undefined;
  const found = keys.length === 0 ? "no key" : quoted(keys.map((key) => JSON.stringify(key)).join(", "));
  return `The body is stored as it was sent, but it is not OTLP for ${signal}: found ${found}, "${byNumber[1]?.name}" expected. No reader of OTLP finds anything in it`;
}

function keysOf(line: Uint8Array): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(line).toString());
    return typeof value === "object" && value !== null ? Object.keys(value) : undefined;
  } catch {
    return undefined;
  }
}
