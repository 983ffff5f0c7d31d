import { expect, test } from "bun:test";
import protobuf from "protobufjs";
import { type Field, KIND, messageOf } from "../../src/otlp/schema.ts";
import { ENUMS, type MessageName, MESSAGES } from "../../src/otlp/wire-table.ts";
import { ID_NAMES, officialEnum, officialType } from "./oracle.ts";

const NAMES = Object.keys(MESSAGES).filter((name): name is MessageName => Object.hasOwn(MESSAGES, name));

/** Parts of a google.rpc.BadRequest that our answers have no use for. */
const UNUSED: ReadonlySet<string> = new Set(["FieldViolation.reason", "FieldViolation.localizedMessage"]);

const kindName = (field: Field) => Object.entries(KIND).find(([, kind]) => kind === field.kind)?.[0];

test.each(NAMES)("messageOf() links %s with the published fields, all of them", (name) => {
  const official = officialType(name);
  const fields = messageOf(name).byNumber.filter((field) => field !== undefined);

  const ours = fields.map((field) => `${field.number} ${field.name} ${field.isRepeated} ${typeOf(field)}`);
  const theirs = official.fieldsArray
    .filter((field) => !UNUSED.has(`${name}.${field.name}`))
    .toSorted((a, b) => a.id - b.id)
    .map((field) => `${field.id} ${field.name} ${field.repeated} ${officialTypeOf(field)}`);

  expect(ours).toEqual(theirs);
});

function typeOf(field: Field): string {
  if (field.message !== undefined) return officialType(field.message.name).fullName;
  if (field.kind === KIND.id) return "id";
  if (field.kind === KIND.strindex) return "int32";
  return kindName(field) ?? "?";
}

function officialTypeOf(field: protobuf.Field): string {
  if (ID_NAMES.has(field.name)) return "id";
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) return "enum";
  return type === null ? field.type : type.fullName;
}

test.each(NAMES)("messageOf() gives the members of each oneof of %s one bit, and every other field its own", (name) => {
  const official = officialType(name);
  const bits = new Map<number, Set<string>>();
  for (const field of messageOf(name).byNumber) {
    if (field === undefined) continue;
    const oneof = official.fields[field.name]?.partOf ?? null;
    // Left out of the line, an index must not take the place of the member that is there.
    const isAlone = oneof === null || oneof.name.startsWith("_") || field.kind === KIND.strindex;
    const owner = isAlone ? field.name : `oneof ${oneof.name}`;
    bits.set(field.bit, (bits.get(field.bit) ?? new Set()).add(owner));
  }
  expect([...bits.values()].filter((owners) => owners.size !== 1)).toEqual([]);
  expect(bits.size).toBe(new Set([...bits.values()].flatMap((owners) => [...owners])).size);
});

test("messageOf() gives ids their length", () => {
  const lengths = ["traceId", "spanId", "parentSpanId"].map(
    (name) => messageOf("Span").fields.find((field) => field.name === name)?.idBytes,
  );
  expect(lengths).toEqual([16, 8, 8]);
});

test.each([
  ["SeverityNumber", "SeverityNumber"],
  ["SpanKind", "Span.SpanKind"],
  ["StatusCode", "Status.StatusCode"],
  ["AggregationTemporality", "AggregationTemporality"],
] as const)("ENUMS holds the published names of %s at their numbers, all of them", (name, official) => {
  expect(Object.fromEntries(ENUMS[name].map((value, number) => [value, number]))).toEqual(
    officialEnum(official).values,
  );
});
