/** Short forms of decodeExportRequest() for tests. */
import { DecodeError } from "../../src/otlp/decode-error.ts";
import { type DecodeLimits, decodeExportRequest, type Encoding } from "../../src/otlp/export-request.ts";
import type { Signal } from "../../src/pipeline.ts";

export const LIMITS: DecodeLimits = { nestingMax: 100, lineMaxBytes: 16 * 1024 * 1024 };

export interface Decoded {
  readonly line: string | undefined;
  readonly items: number;
  readonly notes: Readonly<Record<string, number>>;
}

export function decodeBytes(encoding: Encoding, body: Uint8Array, signal: Signal = "logs", limits = LIMITS): Decoded {
  const { line, items, notes } = decodeExportRequest(signal, encoding, body, limits);
  const text = line === undefined ? undefined : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
  return { line: text, items, notes };
}

export function decodeJson(text: string, signal: Signal = "logs", limits = LIMITS): Decoded {
  return decodeBytes("json", new TextEncoder().encode(text), signal, limits);
}

/** The DecodeError of `run`; throws when it throws nothing or anything else. */
export function decodeErrorOf(run: () => unknown): DecodeError {
  try {
    run();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error("Cannot take the error of a call that succeeded: a DecodeError was expected");
}

/** A logs request in JSON whose one log record is `record`, and back. */
export function logJson(record: string): string {
  return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${record}]}]}]}`;
}

export const LOG_PATH = "resourceLogs[0].scopeLogs[0].logRecords[0]";
