import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { join } from "node:path";
import protobuf from "protobufjs";
import { officialPython, pythonMissing } from "../clients/programs.ts";
import { realOneof, request } from "./generated.ts";
import { OFFICIAL_TYPES, officialType, REQUEST_TYPES } from "./oracle.ts";
import { SEED, SIGNALS } from "./runs.ts";

/** The first run installs packages. */
setDefaultTimeout(180_000);
const missing = pythonMissing();
const title = "official-types.binpb holds what the packages of the official Python exporters hold";

test.skipIf(missing !== undefined)(missing === undefined ? title : `${title} (skipped: ${missing})`, async () => {
  const program = join(import.meta.dir, "python/descriptor_set.py");
  const { exitCode, stdout } = Bun.spawnSync([await officialPython(), program], { stderr: "inherit" });
  expect(exitCode).toBe(0);
  if (Bun.env["UPDATE_GOLDEN"] === "1") await Bun.write(OFFICIAL_TYPES, stdout);
  const committed = await Bun.file(OFFICIAL_TYPES).bytes();
  expect(protobuf.Root.fromDescriptor(committed).toJSON()).toEqual(protobuf.Root.fromDescriptor(stdout).toJSON());
});

describe.each(SIGNALS)("request() makes %s", (signal) => {
  const type = officialType(REQUEST_TYPES[signal]);
  const used = new Set<string>();
  const usedAsDefault = new Set<string>();
  for (const value of fc.sample(request(signal), { numRuns: 1000, seed: SEED })) collect(type, value);

  function collect(of: protobuf.Type, value: object): void {
    for (const [name, member] of Object.entries(value)) {
      const field = of.fields[name];
      if (field === undefined) throw new TypeError(`Cannot find ${name} in ${of.fullName}`);
      for (const one of Array.isArray(member) ? member : [member]) {
        (isDefault(one) ? usedAsDefault : used).add(field.fullName);
        if (field.resolvedType instanceof protobuf.Type) collect(field.resolvedType, Object(one));
      }
    }
  }

  test("with every field that is published, but for those of profiles", () => {
    const unused = namesOf(fieldsBelow(type)).filter((name) => !used.has(name));
    expect(unused.toSorted()).toEqual([
      ".opentelemetry.proto.common.v1.AnyValue.stringValueStrindex",
      ".opentelemetry.proto.common.v1.KeyValue.keyStrindex",
    ]);
  });

  test("with zeros and empty values where they mean something else than nothing", () => {
    const scalars = fieldsBelow(type).filter((field) => used.has(field.fullName) && field.resolvedType === null);
    const withPresence = scalars.filter((field) => realOneof(field) !== null || field.partOf?.isProto3Optional);
    expect(withPresence.length).toBeGreaterThan(4);
    expect(namesOf(withPresence).filter((name) => !usedAsDefault.has(name))).toEqual([]);
  });
});

function isDefault(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  return value === 0 || value === "0" || value === "" || value === false;
}

/** The fields of `type` and of all messages in it. */
function fieldsBelow(type: protobuf.Type): protobuf.Field[] {
  const types = new Set([type]);
  // A set that grows while it is walked.
  for (const { fieldsArray } of types) {
    for (const { resolvedType } of fieldsArray) if (resolvedType instanceof protobuf.Type) types.add(resolvedType);
  }
  return [...types].flatMap(({ fieldsArray }) => fieldsArray);
}

/** For expectations: whole fields hold all the others, too much to print. */
function namesOf(fields: readonly protobuf.Field[]): string[] {
  return fields.map((field) => field.fullName);
}
