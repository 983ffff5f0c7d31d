/**
 * Requests made at random from the official types: every field but those of profiles, every oneof member, edges of every
 * scalar. And the same request written in one of the many other ways that protobuf allows.
 */
import fc from "fast-check";
import protobuf from "protobufjs";
import type { Signal } from "../../src/pipeline.ts";
import { ID_NAMES, officialType, REQUEST_TYPES } from "./oracle.ts";
import { tag, varint } from "./wire-bytes.ts";

/** The way down to the items: always there, so that every request has some. */
const SPINE: ReadonlySet<string> = new Set(
  ["resourceLogs", "resourceMetrics", "resourceSpans", "scopeLogs", "scopeMetrics", "scopeSpans"].concat([
    "logRecords",
    "metrics",
    "spans",
    "dataPoints",
  ]),
);
/**
 * Indexes into a string table that only profiles have: no part of these signals, and so of no line. Officially the one in
 * AnyValue is a member of its oneof; here it is as if unknown, so that it pushes out no value that is there.
 */
const PROFILES_ONLY: ReadonlySet<string> = new Set(["keyStrindex", "stringValueStrindex"]);
/** Deep enough for a map in a list in an attribute of an exemplar of a point. */
const DEPTH_MAX = 11;

/** A request in JSON names; ids and bytes are bytes, 64-bit integers strings. */
export function request(signal: Signal): fc.Arbitrary<object> {
  return message(officialType(REQUEST_TYPES[signal]), 0);
}

function message(type: protobuf.Type, depth: number): fc.Arbitrary<object> {
  const fields = type.fieldsArray.filter((field) => !PROFILES_ONLY.has(field.name));
  const alone = fields.filter((field) => realOneof(field) === null);
  const members = Object.fromEntries(alone.map((field) => [field.name, valueOf(field, depth)]));
  const oneofs = Map.groupBy(
    fields.filter((field) => realOneof(field) !== null),
    realOneof,
  );
  const choices = [...oneofs.values()].map((choosable) =>
    fc.oneof(
      fc.constant({}),
      ...choosable.map((field) => valueOf(field, depth).map((chosen) => ({ [field.name]: chosen }))),
    ),
  );
  const requiredKeys = Object.keys(members).filter((name) => SPINE.has(name));
  return fc
    .tuple(fc.record(members, { requiredKeys }), ...choices)
    .map(([record, ...chosen]) => Object.assign({}, record, ...chosen));
}

/** proto3's optional is a oneof of one, which is none. */
export function realOneof(field: protobuf.Field): protobuf.OneOf | null {
  return field.partOf === null || field.partOf.isProto3Optional ? null : field.partOf;
}

function valueOf(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const one = single(field, depth);
  const isTooDeep = depth >= DEPTH_MAX && field.resolvedType instanceof protobuf.Type;
  return field.repeated
    ? fc.array(one, { minLength: SPINE.has(field.name) ? 1 : 0, maxLength: isTooDeep ? 0 : 2 })
    : one;
}

function single(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) return fc.oneof(fc.integer({ min: -1, max: 30 }), fc.integer());
  if (type instanceof protobuf.Type) return depth >= DEPTH_MAX ? fc.constant({}) : message(type, depth + 1);
  if (ID_NAMES.has(field.name)) return id(field.name === "traceId" ? 16 : 8);
  switch (field.type) {
    case "string":
      return TEXT;
    case "bytes":
      return fc.uint8Array({ maxLength: 9 });
    case "bool":
      return fc.boolean();
    case "double":
      return DOUBLE;
    case "uint32":
    case "fixed32":
      return magnitude(32).map((bits) => Number(BigInt.asUintN(32, bits)));
    case "uint64":
    case "fixed64":
      return magnitude(64).map((bits) => String(BigInt.asUintN(64, bits)));
    case "int64":
    case "sfixed64":
      return magnitude(64).map((bits) => String(BigInt.asIntN(64, bits)));
    default:
      return magnitude(32).map((bits) => Number(BigInt.asIntN(32, bits)));
  }
}

/** As many short integers as long ones, of either sign; zero and the extremes more often than chance would have them. */
function magnitude(bits: number): fc.Arbitrary<bigint> {
  const limit = 2n ** BigInt(bits - 1);
  const any = fc.bigInt({ min: -limit, max: limit - 1n });
  const shifted = fc.tuple(any, fc.nat({ max: bits - 1 })).map(([value, shift]) => value >> BigInt(shift));
  return fc.oneof(shifted, any, fc.constantFrom(0n, limit - 1n, limit, -1n, -limit));
}

/** Those of fast-check are of every exponent; people have whole ones and such of a few decimals. */
const DOUBLE = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer().map((value) => value / 100),
  fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE),
);

const TEXT = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  // As many characters of two and three bytes as of one and four.
  fc.string({
    unit: fc
      .oneof(
        fc.integer({ min: 0, max: 0x7f }),
        fc.integer({ min: 0x80, max: 0x7ff }),
        fc.integer({ min: 0x800, max: 0xd7ff }),
        fc.integer({ min: 0xe000, max: 0xffff }),
        fc.integer({ min: 0x1_0000, max: 0x10_ffff }),
      )
      .map((codePoint) => String.fromCodePoint(codePoint)),
    maxLength: 20,
  }),
);

function id(length: number): fc.Arbitrary<Uint8Array> {
  return fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ minLength: length, maxLength: length }));
}

/** One field on the wire: its bytes, tag and all. */
interface Occurrence {
  readonly field: protobuf.Field;
  readonly bytes: readonly number[];
}

/**
 * `value` on the wire in another order: fields shuffled, singular scalars given before with other values, sub-messages
 * in two parts, members of a oneof that do not count before those that do, numbers packed or not, unknown fields.
 * Means the same. `random` gives integers of 0 to `below - 1`.
 */
export function scrambled(type: protobuf.Type, members: object, random: (below: number) => number): number[] {
  const occurrences: Occurrence[] = [];
  for (const [name, member] of Object.entries(members)) {
    const field = type.fields[name];
    if (field === undefined) continue;
    const values: unknown[] = Array.isArray(member) ? member : [member];
    for (const part of parts(field, values, random)) occurrences.push({ field, bytes: part });
  }
  const order = shuffledButInTurn(occurrences, random);
  return order.flatMap(({ field, bytes }) => [...decoys(field, bytes, order, random), ...bytes]);
}

/** The bytes of one field, in as many pieces as protobuf allows. */
function parts(field: protobuf.Field, values: readonly unknown[], random: (below: number) => number): number[][] {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type) {
    const payloads = values.flatMap((value) => {
      if (field.repeated || random(3) > 0) return [scrambled(type, Object(value), random)];
      // In two parts that merge.
      const members = Object.entries(Object(value));
      const cut = random(members.length + 1);
      const halves = [members.slice(0, cut), members.slice(cut)];
      return halves.map((half) => scrambled(type, Object.fromEntries(half), random));
    });
    return payloads.map((payload) => [...tag(field.id, 2), ...varint(payload.length), ...payload]);
  }
  const isPackable = field.repeated && values.length > 0 && !["string", "bytes"].includes(field.type);
  if (!isPackable || random(2) === 0) return values.map((value) => scalar(field, value));
  const header = tag(field.id, 0).length;
  const payload = values.flatMap((value) => scalar(field, value).slice(header));
  return [[...tag(field.id, 2), ...varint(payload.length), ...payload]];
}

function scalar(field: protobuf.Field, value: unknown): number[] {
  const type = field.resolvedType instanceof protobuf.Enum ? "int32" : field.type;
  const key = `${field.id} ${type}`;
  const holder = holders.get(key) ?? new protobuf.Type("Holder").add(new protobuf.Field("value", field.id, type));
  holders.set(key, holder);
  return [...holder.encode(holder.fromObject({ value })).finish()];
}

/** Messages of one field, by its number and type: protobufjs compiles each of them. */
const holders = new Map<string, protobuf.Type>();

/** Any order in which the pieces of one field stay in turn. */
function shuffledButInTurn(occurrences: readonly Occurrence[], random: (below: number) => number): Occurrence[] {
  const queues = [...Map.groupBy(occurrences, ({ field }) => field.id).values()];
  const order: Occurrence[] = [];
  while (queues.length > 0) {
    const at = random(queues.length);
    const next = queues[at]?.shift();
    if (next === undefined) queues.splice(at, 1);
    else order.push(next);
  }
  return order;
}

/** What may stand before an occurrence without changing the meaning. */
function decoys(
  field: protobuf.Field,
  part: readonly number[],
  order: readonly Occurrence[],
  random: (below: number) => number,
): number[] {
  const choice = random(12);
  if (choice === 0) return [...tag(900, 2), 1, 0x41];
  if (field.repeated) return [];
  const isFirst = order.find((other) => other.field === field)?.bytes === part;
  const oneof = realOneof(field);
  if (choice === 1 && isFirst && oneof !== null) {
    const others = oneof.fieldsArray.filter((member) => member !== field && !PROFILES_ONLY.has(member.name));
    const other = others[random(others.length)];
    if (other === undefined) return [];
    // What it pushes out counts no more, were it of this very field.
    const pushedOut = random(2) === 0 ? part : [];
    const isEmptyable = other.resolvedType !== null || ["string", "bytes"].includes(other.type);
    return [...pushedOut, ...(isEmptyable ? [...tag(other.id, 2), 0] : scalar(other, 1))];
  }
  const isScalar = !(field.resolvedType instanceof protobuf.Type);
  return choice === 2 && isScalar ? [...part] : [];
}
