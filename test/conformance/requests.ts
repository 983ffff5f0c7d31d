/** Requests in both encodings, made by the official message types so that both say the same. */
import { type Stream, STREAM_TABLE } from "../../src/pipeline.ts";
import type { Encoding } from "../../src/otlp/export-request.ts";
import { encode, REQUEST_TYPES } from "../otlp/oracle.ts";
import { requestJson } from "../support/samples.ts";
import { logsRequest } from "../otlp/wire-bytes.ts";
import type { Case } from "./cases.ts";
import type { Sent } from "./conversation.ts";

export interface Sample extends Sent {
  readonly body: Uint8Array;
}

/** A small request of `stream` in which `text` can be found again. */
export function sample(encoding: Encoding, text = "sample", stream: Stream = "logs"): Sample {
  const json = requestJson(stream, text);
  const body = encoding === "json" ? new TextEncoder().encode(json) : protobufOf(stream, JSON.parse(json));
  return { encoding, stream, body };
}

/** `request` in OTLP/JSON names and forms: hex ids are turned into bytes for the encoder. */
export function protobufOf(stream: Stream, request: unknown): Uint8Array {
  return encode(REQUEST_TYPES[STREAM_TABLE[stream].signal], Object(withByteIds(request)));
}

function withByteIds(value: unknown, name = ""): unknown {
  if (typeof value === "string" && /^(trace|span|parentSpan)Id$/.test(name)) return Buffer.from(value, "hex");
  if (Array.isArray(value)) return value.map((element) => withByteIds(element));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withByteIds(member, key)]));
}

/** A request with one log record, whose members are the JSON text `record`. */
export function logJson(record: string): string {
  return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${record}]}]}]}`;
}

/** A request with one log record whose body is the AnyValue `value`, JSON text. */
export function bodyJson(value: string): string {
  return logJson(`{"body":${value}}`);
}

/** A request with one span, whose members are the JSON text `span`. */
export function spanJson(span: string): string {
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`;
}

/** A request with one metric, whose members are the JSON text `metric`. */
export function metricJson(metric: string): string {
  return `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${metric}]}]}]}`;
}

/** A sample that is exactly `bytes` long. */
export function sized(encoding: Encoding, bytes: number): Uint8Array {
  // The lengths inside a protobuf message take more bytes as it grows: correct until it fits.
  let padding = bytes;
  for (let length = -1; length !== bytes;) {
    const { body } = sample(encoding, "x".repeat(padding));
    length = body.length;
    if (length === bytes) return body;
    padding += bytes - length;
  }
  throw new Error(`Cannot make a ${encoding} request of ${bytes} bytes`);
}

/** Protobuf whose one log record is these bytes, and which is stored as `stored`, JSON text. */
export function written(row: string, what: string, record: readonly number[], stored: string, notes = {}): Case {
  const sent = { encoding: "protobuf", body: logsRequest(record) } as const;
  return { name: `${row}: ${what}`, sent, stored: logJson(stored), notes };
}
