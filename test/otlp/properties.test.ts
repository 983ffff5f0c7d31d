import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { DecodeError } from "../../src/otlp/decode-error.ts";
import type { Signal } from "../../src/pipeline.ts";
import { decodeBytes, type Decoded, LIMITS, logJson } from "./decode.ts";
import { request, scrambled } from "./generated.ts";
import { encode, encodeOtlpJson, officialType, otlpJson, REQUEST_TYPES } from "./oracle.ts";
import { runsOr, searchMaxMs, searchOf, SIGNALS } from "./runs.ts";

const RUNS = runsOr(300);
setDefaultTimeout(searchMaxMs(20 * RUNS) + 30_000);

/** What `decode` gives, or undefined when it throws a DecodeError; anything else it throws goes on. */
function decodeOrRefuse(decode: () => Decoded): Decoded | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Every line is one JSON object without raw line ends. (That it is UTF-8 decodeBytes() has checked.) */
function expectStorable(line: string | undefined): void {
  if (line === undefined) return;
  expect(typeof JSON.parse(line)).toBe("object");
  expect(line).not.toMatch(/[\r\n]/);
}

function isNestedTooDeep(text: string): boolean {
  let depth = 0;
  const brackets = text.replaceAll(/"(?:\\.|[^"\\])*"/g, "").match(/[[\]{}]/g) ?? [];
  return brackets.some((bracket) => (depth += bracket === "[" || bracket === "{" ? 1 : -1) > LIMITS.nestingMax);
}

describe.each(SIGNALS)("decodeExportRequest() of generated %s", (signal) => {
  const type = REQUEST_TYPES[signal];

  test("writes what the official types say and read, and takes its own line as JSON without a note", () => {
    fc.assert(
      fc.property(request(signal), (value) => {
        const body = encode(type, value);
        const expected = otlpJson(type, body);
        const decoded = decodeBytes("protobuf", body, signal);
        const line = decoded.line ?? "";
        expect(JSON.parse(line)).toEqual(expected);
        expect(otlpJson(type, encodeOtlpJson(type, JSON.parse(line)))).toEqual(expected);
        expectStorable(line);
        expect(decodeBytes("json", Buffer.from(line), signal)).toEqual(decoded);
        expect(decoded.notes).toEqual({});
      }),
      searchOf(RUNS),
    );
  });

  test("writes the same, whatever order and pieces the fields come in", () => {
    fc.assert(
      fc.property(request(signal), fc.infiniteStream(fc.nat()), (value, numbers) => {
        const random = (below: number) => Number(numbers.next().value) % below;
        const decode = (pick: (below: number) => number) =>
          decodeBytes("protobuf", Uint8Array.from(scrambled(officialType(type), value, pick)), signal);
        // The last choice is always the plain one: one piece, in turn, nothing added.
        const expected = decode((below) => below - 1);
        const decoded = decode(random);
        expect(JSON.parse(decoded.line ?? "{}")).toEqual(JSON.parse(expected.line ?? "{}"));
        expect(decoded.items).toBe(expected.items);
      }),
      searchOf(RUNS),
    );
  });

  test("never throws anything but DecodeError on damaged protobuf, and stays valid JSON", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(request(signal), damage, fc.nat(), (value, changes, cut) => {
        const body = encode(type, value);
        for (const [at, byte] of changes) body[at % body.length] = byte;
        const end = cut % 3 === 0 ? cut % (body.length + 1) : body.length;
        expectStorable(decodeOrRefuse(() => decodeBytes("protobuf", body.slice(0, end), signal))?.line);
      }),
      searchOf(3 * RUNS),
    );
  });

  test("agrees with JSON.parse on damaged JSON about what is JSON, and repairs only what it says", () => {
    const interesting = fc.constantFrom(
      ...'{}[]",:\\u0123456789abcdefE+-.tnr \n\r\t\u0000\u001fNaé'.split(""),
      "\\u",
      "\\ud800",
      "null",
      "1e5",
    );
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 2 }), interesting), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(request(signal), damage, (value, changes) => {
        let text = JSON.stringify(otlpJson(type, encode(type, value)));
        for (const [at, removed, added] of changes) {
          const from = at % (text.length + 1);
          text = text.slice(0, from) + added + text.slice(from + removed);
        }
        // A change in the middle of a surrogate pair is no text that could be sent.
        expectAgreement(text.toWellFormed(), signal);
      }),
      searchOf(3 * RUNS),
    );
  });
});

/** What JSON.parse refuses is refused; what is taken reads the same, but for lone surrogates. */
function expectAgreement(text: string, signal: Signal): void {
  const decoded = decodeOrRefuse(() => decodeBytes("json", Buffer.from(text), signal));
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    expect(decoded).toBeUndefined();
    return;
  }
  if (decoded?.line === undefined) return;
  expectStorable(decoded.line);
  expect(JSON.stringify(JSON.parse(decoded.line))).toBe(JSON.stringify(wellFormed(parsed)));
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toWellFormed(), wellFormed(member)]));
}

describe("decodeExportRequest() of anything", () => {
  test("accepts exactly the objects that JSON.parse accepts, where OTLP knows no key", () => {
    const token = fc.constantFrom(
      ...'{}[],:-."\\'.split(""),
      '"a"',
      "0",
      "12",
      "01",
      "1.5",
      "1.",
      "e3",
      "-0",
      "true",
      "nul",
      "null",
      " ",
    );
    const text = fc.oneof(
      fc.json().map((json) => `{"x":${json}}`),
      fc.array(token, { maxLength: 12 }).map((tokens) => `{"x":[${tokens.join("")}]}`),
      fc.array(token, { maxLength: 12 }).map((tokens) => `{"x":${tokens.join("")}}`),
    );
    fc.assert(
      fc.property(text, (body) => {
        fc.pre(!isNestedTooDeep(body));
        let isJson = true;
        try {
          JSON.parse(body);
        } catch {
          isJson = false;
        }
        const decoded = decodeOrRefuse(() => decodeBytes("json", Buffer.from(body)));
        expect(decoded !== undefined).toBe(isJson);
        if (isJson) expectAgreement(body, "logs");
      }),
      searchOf(20 * RUNS),
    );
  });

  test("never throws anything but DecodeError on random bytes", () => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(bytes, fc.constantFrom(...SIGNALS), (body, signal) => {
        expectStorable(decodeOrRefuse(() => decodeBytes("protobuf", body.slice(), signal))?.line);
        expectStorable(decodeOrRefuse(() => decodeBytes("json", body.slice(), signal))?.line);
        const inText = Buffer.concat([Buffer.from('{"a":"'), body, Buffer.from('"}')]);
        expectStorable(decodeOrRefuse(() => decodeBytes("json", inText, signal))?.line);
        const inRecord = Buffer.concat([
          Buffer.from([10, body.length + 4, 18, body.length + 2, 18, body.length]),
          body,
        ]);
        expectStorable(decodeOrRefuse(() => decodeBytes("protobuf", inRecord, signal))?.line);
      }),
      searchOf(20 * RUNS),
    );
  });

  test("takes every number that JSON has for every number of OTLP", () => {
    const fields = ["timeUnixNano", "severityNumber", "flags", "droppedAttributesCount"];
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger(), fc.bigInt());
    fc.assert(
      fc.property(number, fc.constantFrom(...fields), fc.boolean(), (value, field, isQuoted) => {
        const text = isQuoted ? `"${value}"` : String(value);
        const body = logJson(`{"${field}":${text},"body":{"intValue":${text}}},{"body":{"doubleValue":${text}}}`);
        expect(decodeBytes("json", Buffer.from(body)).line).toBe(body);
      }),
      searchOf(RUNS),
    );
  });
});
