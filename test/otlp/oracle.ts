/**
 * An independent judge of the codec: protobufjs with full reflection over otlp.proto, and the plainest mapping from its
 * objects to OTLP/JSON that the specification allows.
 */
import protobuf from "protobufjs";
import type { Signal } from "../../src/pipeline.ts";

const protoText = await Bun.file(new URL("otlp.proto", import.meta.url)).text();
export const ID_NAMES: ReadonlySet<string> = new Set(["traceId", "spanId", "parentSpanId"]);
export const root = protobuf.parse(protoText).root;
root.resolveAll();

export const REQUEST_TYPES: Readonly<Record<Signal, string>> = {
  logs: "ExportLogsServiceRequest",
  metrics: "ExportMetricsServiceRequest",
  traces: "ExportTraceServiceRequest",
};

/** Encodes `value`, in OTLP/JSON names; ids and bytes are bytes, 64-bit integers may be strings. */
export function encode(type: string, value: object): Uint8Array {
  const message = root.lookupType(`otlp.${type}`);
  return message.encode(message.fromObject(value)).finish();
}

/** What `bytes` are in OTLP/JSON. */
export function otlpJson(type: string, bytes: Uint8Array): unknown {
  const message = root.lookupType(`otlp.${type}`);
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
