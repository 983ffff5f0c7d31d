/** The codec as a whole, and short forms of it, for tests. */
import { DecodeError } from "../../src/otlp/decode-error.ts";
import {
  decodeAny,
  type DecodeLimits,
  decodePlain,
  type Encoding,
  type ExportRequest,
} from "../../src/otlp/export-request.ts";
import type { Signal } from "../../src/pipeline.ts";

export const LIMITS: DecodeLimits = { nestingMax: 100, lineMaxBytes: 16 * 1024 * 1024 };

export interface Decoded {
  readonly line: string | undefined;
  readonly items: number;
  readonly notes: Readonly<Record<string, number>>;
}

/** Decodes as the receiver does: the fast way, and by the codec for every request what that leaves. */
export function decodeExportRequest(
  signal: Signal,
  encoding: Encoding,
  body: Uint8Array,
  limits: DecodeLimits,
): ExportRequest {
  return decodePlain(signal, encoding, body, limits) ?? decodeAny(signal, encoding, body, limits);
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
