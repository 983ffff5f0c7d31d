/**
 * An independent judge of the codec: protobufjs with full reflection over the published types of OTLP, and the plainest
 * mapping between its objects and OTLP/JSON that the specification allows. `official-types.binpb` holds the types: a
 * FileDescriptorSet, taken out of the packages of the official Python exporters and compared with them by a test.
 */
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor";
import type { Signal } from "../../src/pipeline.ts";

export const OFFICIAL_TYPES = new URL("official-types.binpb", import.meta.url);
export const ID_NAMES: ReadonlySet<string> = new Set(["traceId", "spanId", "parentSpanId"]);

export const REQUEST_TYPES: Readonly<Record<Signal, string>> = {
  logs: "ExportLogsServiceRequest",
  metrics: "ExportMetricsServiceRequest",
  traces: "ExportTraceServiceRequest",
};

const published = protobuf.Root.fromDescriptor(await Bun.file(OFFICIAL_TYPES).bytes()).resolveAll();

/** Where the flat names that we use are not the last part of the official ones, or not of one alone. */
const FULL_NAMES: Readonly<Record<string, string>> = {
  Event: "opentelemetry.proto.trace.v1.Span.Event",
  Link: "opentelemetry.proto.trace.v1.Span.Link",
  SpanStatus: "opentelemetry.proto.trace.v1.Status",
  Buckets: "opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint.Buckets",
  ValueAtQuantile: "opentelemetry.proto.metrics.v1.SummaryDataPoint.ValueAtQuantile",
  Status: "google.rpc.Status",
  FieldViolation: "google.rpc.BadRequest.FieldViolation",
};

/** The official message that we call `name`. Throws when there is none. */
export function officialType(name: string): protobuf.Type {
  return published.lookupType(FULL_NAMES[name] ?? name);
}

/** The official enum `name`. Throws when there is none. */
export function officialEnum(name: string): protobuf.Enum {
  return published.lookupEnum(name);
}

/** Encodes `value`, in OTLP/JSON names; ids and bytes are bytes, 64-bit integers may be strings. */
export function encode(type: string, value: object): Uint8Array {
  const message = officialType(type);
  return message.encode(message.fromObject(value)).finish();
}

/** What `bytes` are in OTLP/JSON. */
export function otlpJson(type: string, bytes: Uint8Array): unknown {
  const message = officialType(type);
  const options = { longs: String, enums: Number, bytes: Buffer, json: true };
  return withHexIds(message.toObject(message.decode(bytes), options));
}

/** What is called an id is hex, and absent when it is empty; all other bytes are base64. */
function withHexIds(value: unknown, name = ""): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString(ID_NAMES.has(name) ? "hex" : "base64");
  if (Array.isArray(value)) return value.map((element) => withHexIds(element));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, withHexIds(member, key)] as const);
  return Object.fromEntries(members.filter(([key, member]) => !(ID_NAMES.has(key) && member === "")));
}

/** The protobuf that the OTLP/JSON `value` stands for. */
export function encodeOtlpJson(type: string, value: unknown): Uint8Array {
  return encode(type, Object(withByteIds(value)));
}

/** Ids as bytes; all other bytes stay base64, which protobufjs takes. */
function withByteIds(value: unknown, name = ""): unknown {
  if (typeof value === "string" && ID_NAMES.has(name)) return Buffer.from(value, "hex");
  if (Array.isArray(value)) return value.map((element) => withByteIds(element));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withByteIds(member, key)]));
}
