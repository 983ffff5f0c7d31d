import { expect, test } from "bun:test";
import protobuf from "protobufjs";
import { type Field, KIND, messageOf } from "../../src/otlp/schema.ts";
import { ENUMS, type MessageName, MESSAGES } from "../../src/otlp/wire-table.ts";
import { ID_NAMES, root } from "./oracle.ts";

/** Where our flat names differ from those of the .proto file. */
const PROTO_NAMES: Partial<Record<MessageName, string>> = {
  Event: "Span.Event",
  Link: "Span.Link",
  SpanStatus: "TraceStatus",
  Buckets: "ExponentialHistogramDataPoint.Buckets",
  ValueAtQuantile: "SummaryDataPoint.ValueAtQuantile",
  FieldViolation: "BadRequest.FieldViolation",
};
const NAMES = Object.keys(MESSAGES).filter((name): name is MessageName => Object.hasOwn(MESSAGES, name));

const protoName = (name: MessageName) => PROTO_NAMES[name] ?? name;
const kindName = (field: Field) => Object.entries(KIND).find(([, kind]) => kind === field.kind)?.[0];

test.each(NAMES)("messageOf() links %s with the fields of the .proto files", (name) => {
  const official = root.lookupType(`otlp.${protoName(name)}`);
  const fields = messageOf(name).byNumber.filter((field) => field !== undefined && field.kind !== KIND.strindex);

  const ours = fields.map((field) => field && `${field.number} ${field.name} ${field.isRepeated} ${typeOf(field)}`);
  const theirs = official.fieldsArray
    .toSorted((a, b) => a.id - b.id)
    .map((field) => `${field.id} ${field.name} ${field.repeated} ${officialTypeOf(field)}`);

  expect(ours).toEqual(theirs);
});

function typeOf(field: Field): string {
  if (field.message !== undefined) return protoName(field.message.name);
  if (field.kind === KIND.id) return "id";
  return kindName(field) ?? "?";
}

function officialTypeOf(field: protobuf.Field): string {
  if (ID_NAMES.has(field.name)) return "id";
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) return "enum";
  return type === null ? field.type : type.fullName.replace(/^\.otlp\./, "");
}

test.each(NAMES)("messageOf() gives the members of each oneof of %s one bit, and every other field its own", (name) => {
  const official = root.lookupType(`otlp.${protoName(name)}`);
  const bits = new Map<number, Set<string>>();
  for (const field of messageOf(name).byNumber) {
    if (field === undefined) continue;
    const oneof = official.fields[field.name]?.partOf ?? null;
    const owner = oneof === null || oneof.name.startsWith("_") ? field.name : `oneof ${oneof.name}`;
    bits.set(field.bit, (bits.get(field.bit) ?? new Set()).add(owner));
  }
  expect([...bits.values()].filter((owners) => owners.size !== 1)).toEqual([]);
  expect(bits.size).toBe(new Set([...bits.values()].flatMap((owners) => [...owners])).size);
});

test("messageOf() gives ids their length", () => {
  const lengths = ["traceId", "spanId", "parentSpanId"].map((name) => messageOf("Span").byKey.get(name)?.value.idBytes);
  expect(lengths).toEqual([16, 8, 8]);
});

test("ENUMS holds the names of the .proto files at their numbers", () => {
  for (const [name, parent] of [
    ["SeverityNumber", ""],
    ["SpanKind", "Span."],
    ["StatusCode", "TraceStatus."],
    ["AggregationTemporality", ""],
  ] as const) {
    for (const [valueName, number] of Object.entries(root.lookupEnum(`otlp.${parent}${name}`).values)) {
      expect(ENUMS[name][number]).toBe(valueName);
    }
  }
  expect(ENUMS.SeverityNumber).toHaveLength(25);
});
