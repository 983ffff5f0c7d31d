/** The wire table, linked: fields by number for protobuf, their keys as bytes for JSON. */
import type { Signal } from "../pipeline.ts";
import { ENUMS, ITEM_MESSAGES, MESSAGES, type MessageName, SCALARS } from "./wire-table.ts";

/** Numbers, because the codec in WebAssembly has them, too (plain/assembly/kinds.ts). */
export const KIND = {
  string: 0,
  bool: 1,
  int32: 2,
  uint32: 3,
  sint32: 4,
  fixed32: 5,
  int64: 6,
  uint64: 7,
  fixed64: 8,
  sfixed64: 9,
  double: 10,
  bytes: 11,
  id: 12,
  strindex: 13,
  enum: 14,
  message: 15,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

export interface Field {
  readonly name: string;
  /** `"name"` as bytes. */
  readonly key: Uint8Array;
  /** The same with the name of the .proto files: the specification does not allow it, but some senders use it. */
  readonly snakeKey: Uint8Array;
  readonly number: number;
  readonly kind: Kind;
  readonly isRepeated: boolean;
  /** One bit of a set of the message's fields; the members of a oneof share theirs. */
  readonly bit: number;
  /** The members of its oneof, itself among them; none outside of a oneof. */
  readonly rivals: readonly Field[];
  /** The wire type of one value. */
  readonly wireType: number;
  /** `"name":`, with `[` after it when the field is repeated. */
  readonly prefix: string;
  /** The message of `kind` message. */
  readonly message: Message | undefined;
  /** The names of `kind` enum. */
  readonly enumNames: readonly string[];
  /** Bytes of an id, 16 or 8; 0 for other kinds. */
  readonly idBytes: number;
}

export interface Message {
  readonly name: MessageName;
  /** Indexed by field number; 0 is always undefined. */
  readonly byNumber: readonly (Field | undefined)[];
  readonly fields: readonly Field[];
  /** A log record, a span, a data point. */
  readonly isItem: boolean;
  /** A request that holds one of these is not empty: an item, or a metric, which may have no points yet. */
  readonly isTelemetry: boolean;
}

const WIRE_TYPES: Readonly<Record<Kind, number>> = {
  [KIND.string]: WIRE.bytes,
  [KIND.bool]: WIRE.varint,
  [KIND.int32]: WIRE.varint,
  [KIND.uint32]: WIRE.varint,
  [KIND.sint32]: WIRE.varint,
  [KIND.fixed32]: WIRE.fixed32,
  [KIND.int64]: WIRE.varint,
  [KIND.uint64]: WIRE.varint,
  [KIND.fixed64]: WIRE.fixed64,
  [KIND.sfixed64]: WIRE.fixed64,
  [KIND.double]: WIRE.fixed64,
  [KIND.bytes]: WIRE.bytes,
  [KIND.id]: WIRE.bytes,
  [KIND.strindex]: WIRE.varint,
  [KIND.enum]: WIRE.varint,
  [KIND.message]: WIRE.bytes,
};

const messages = new Map<MessageName, Message>();

/** The message `name`, linked with all that it contains. Built by the first call, the same object afterwards. */
export function messageOf(name: MessageName): Message {
  const known = messages.get(name);
  if (known !== undefined) return known;
  const fields: Field[] = [];
  const byNumber: (Field | undefined)[] = [];
  const isItem = ITEM_MESSAGES.includes(name);
  const message = { name, fields, byNumber, isItem, isTelemetry: isItem || name === "Metric" };
  // Registered before its fields are linked, because AnyValue contains itself.
  messages.set(name, message);
  const oneofs = new Map<string, Field[]>();
  for (const [fieldName, spec] of Object.entries(MESSAGES[name])) {
    const oneof = /\| (\w+)$/.exec(spec)?.[1];
    const rivals = oneof === undefined ? [] : (oneofs.get(oneof) ?? []);
    const field = fieldOf(fieldName, spec, rivals[0]?.bit ?? 1 << fields.length, rivals);
    fields.push(field);
    if (oneof === undefined) continue;
    rivals.push(field);
    oneofs.set(oneof, rivals);
  }
  byNumber.length = Math.max(...fields.map((field) => field.number)) + 1;
  byNumber.fill(undefined);
  for (const field of fields) byNumber[field.number] = field;
  return message;
}

/** The message that a request of `signal` is. */
export function requestMessageOf(signal: Signal): Message {
  return messageOf(REQUESTS[signal]);
}

const REQUESTS = {
  logs: "ExportLogsServiceRequest",
  metrics: "ExportMetricsServiceRequest",
  traces: "ExportTraceServiceRequest",
} as const satisfies Record<Signal, MessageName>;

function fieldOf(name: string, spec: string, bit: number, rivals: readonly Field[]): Field {
  const parts = /^(\d+) (\w+)(\[\])?/.exec(spec);
  const [number, type, brackets] = [Number(parts?.[1]), parts?.[2] ?? "", parts?.[3]];
  const kind = kindOf(type);
  return {
    name,
    key: new TextEncoder().encode(`"${name}"`),
    snakeKey: new TextEncoder().encode(`"${snakeCase(name)}"`),
    number,
    kind,
    isRepeated: brackets !== undefined,
    bit,
    rivals,
    wireType: WIRE_TYPES[kind],
    prefix: `"${name}":${brackets === undefined ? "" : "["}`,
    message: isMessageName(type) ? messageOf(type) : undefined,
    enumNames: isEnumName(type) ? ENUMS[type] : [],
    idBytes: type === "id16" ? 16 : type === "id8" ? 8 : 0,
  };
}

function kindOf(type: string): Kind {
  if (isMessageName(type)) return KIND.message;
  if (isEnumName(type)) return KIND.enum;
  const scalar = SCALARS.find((candidate) => candidate === type);
  if (scalar === undefined) throw new TypeError(`Cannot link the wire table: no type is named "${type}"`);
  return scalar === "id16" || scalar === "id8" ? KIND.id : KIND[scalar];
}

function isMessageName(type: string): type is MessageName {
  return Object.hasOwn(MESSAGES, type);
}

function isEnumName(type: string): type is keyof typeof ENUMS {
  return Object.hasOwn(ENUMS, type);
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
