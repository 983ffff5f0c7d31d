import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { join } from "node:path";
import { decodeAny, type Encoding } from "../../src/otlp/export-request.ts";
import { LARGE_MAX_BYTES, PlainCodecs, USUAL_MAX_BYTES } from "../../src/otlp/plain/plain-codecs.ts";
import { KIND, requestMessageOf } from "../../src/otlp/schema.ts";
import type { Signal } from "../../src/pipeline.ts";
import { plainBody } from "../bench/bodies.ts";
import { hostMetrics, logs } from "../bench/shapes.ts";
import { TempDir } from "../support/temp-dir.ts";
import { LIMITS, logJson } from "./decode.ts";
import { request } from "./generated.ts";
import { encode, otlpJson, REQUEST_TYPES } from "./oracle.ts";
import { runsOr, searchMaxMs, searchOf, SIGNALS } from "./runs.ts";
import { bytes, double, fixed64, logsRequest, tag, varint } from "./wire-bytes.ts";

const RUNS = runsOr(400);
setDefaultTimeout(searchMaxMs(20 * RUNS) + 30_000);

const ROOT = join(import.meta.dir, "../..");
const codecs = new PlainCodecs();

interface Line {
  readonly text: string;
  readonly items: number;
  readonly enumMax: number;
}

/** Undefined when the body is not plain. */
function plainLine(signal: Signal, encoding: Encoding, body: Uint8Array, limits = LIMITS): Line | undefined {
  const message = requestMessageOf(signal);
  const { nestingMax, lineMaxBytes } = limits;
  const codec = codecs.codecFor(body.length);
  const taken =
    encoding === "json"
      ? codec?.checkJson(message, body, nestingMax)
      : codec?.transcode(message, body, nestingMax, lineMaxBytes);
  if (taken === undefined) return undefined;
  const { line, items, hasTelemetry, enumMax } = taken;
  return { text: hasTelemetry ? Buffer.from(line).toString() : "", items, enumMax };
}

/** What the codec that takes every request makes of a body that must need no note. */
function anyLine(signal: Signal, encoding: Encoding, body: Uint8Array, limits = LIMITS): Line {
  const { line, items, enumMax, notes } = decodeAny(signal, encoding, body.slice(), limits);
  expect(notes).toEqual({});
  return { text: line === undefined ? "" : Buffer.from(line).toString(), items, enumMax };
}

function bodiesOf(signal: Signal, value: object): readonly [Encoding, Uint8Array][] {
  const protobuf = encode(REQUEST_TYPES[signal], value);
  return [
    ["protobuf", protobuf],
    ["json", Buffer.from(JSON.stringify(otlpJson(REQUEST_TYPES[signal], protobuf)))],
  ];
}

/** `body` with some of its bytes changed, taken out, doubled or cut off. */
function damaged(body: Uint8Array, random: (below: number) => number): Uint8Array {
  let result = [...body];
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(result.length + 1);
    const damage = random(5);
    if (damage === 0) result[at] = random(256);
    else if (damage === 1) result.splice(at, 1);
    else if (damage === 2) result.splice(at, 0, ...result.slice(at, at + random(20)));
    else if (damage === 3) result.splice(at, 0, INTERESTING.charCodeAt(random(INTERESTING.length)));
    else result = result.slice(0, at);
  }
  return Uint8Array.from(result, (byte) => byte ?? 0);
}
const SAFE = Number.MAX_SAFE_INTEGER;
const DOUBLES = [
  0,
  -0,
  1,
  -1,
  0.1,
  -2.5,
  SAFE,
  -SAFE,
  SAFE + 1,
  1e21,
  5e-324,
  Number.MAX_VALUE,
  NaN,
  Infinity,
  -Infinity,
];
const INTERESTING = '"\\{}[]:,0-9.eE+tn \t\n\0u';

describe.each(SIGNALS)("PlainCodec of generated %s", (signal) => {
  test("agrees with the codec that takes every request, and leaves it no protobuf", () => {
    let taken = 0;
    fc.assert(
      fc.property(request(signal), (value) => {
        for (const [encoding, body] of bodiesOf(signal, value)) {
          const line = plainLine(signal, encoding, body);
          if (encoding === "protobuf") expect(line).toBeDefined();
          if (line === undefined) continue;
          taken++;
          expect(line).toEqual(anyLine(signal, encoding, body));
        }
      }),
      searchOf(RUNS),
    );
    // Of the JSON it leaves what holds the largest numbers, which this search is fond of.
    expect(taken).toBeGreaterThan(RUNS);
  });

  test("takes no damaged request that the other would not take as it is", () => {
    fc.assert(
      fc.property(request(signal), fc.infiniteStream(fc.nat()), (value, numbers) => {
        const random = (below: number) => Number(numbers.next().value) % below;
        for (const [encoding, body] of bodiesOf(signal, value)) {
          const broken = damaged(body, random);
          const line = plainLine(signal, encoding, broken);
          if (line !== undefined) expect(line).toEqual(anyLine(signal, encoding, broken));
        }
      }),
      searchOf(2 * RUNS),
    );
  });
});

describe("PlainCodec takes", () => {
  test.each([
    ["logs", "json", plainBody(logs(100, 1000), "json")],
    ["logs", "protobuf", plainBody(logs(100, 1000), "protobuf")],
    ["metrics", "json", plainBody(hostMetrics(), "json")],
    ["metrics", "protobuf", plainBody(hostMetrics(), "protobuf")],
  ] as const)("the %s that exporters send in %s", (signal, encoding, body) => {
    expect(plainLine(signal, encoding, body)).toEqual(anyLine(signal, encoding, body));
  });

  test.each([
    ["every short escape", String.raw`{"body":{"stringValue":"\"\\\/\b\f\n\r\t"}}`],
    ["escaped code units, pairs of surrogates too", String.raw`{"body":{"stringValue":"\u00e9\uD83D\uDE00"}}`],
    ["text that is not ASCII", `{"body":{"stringValue":"${"é漢😀".repeat(20)}"}}`],
    ["spaces and tabs between tokens", `{ "severityNumber":\t9 , "flags": 1 }`],
    ["an empty id", `{"traceId":"","spanId":""}`],
    ["ids of either case", `{"traceId":"0123456789abcdefABCDEF9876543210","spanId":"0123456789ABcdef"}`],
    ["base64 of every length", `{"attributes":[${["", "AA==", "AAA=", "AA+/"].map(bytesValue).join()}]}`],
    ["fractions", `{"body":{"doubleValue":-0.125}}`],
    ["exponents of doubles", `{"body":{"doubleValue":2.5e-7},"attributes":[{"value":{"doubleValue":1E+99}}]}`],
    ["64-bit integers as words and as numbers", `{"timeUnixNano":"1763826000123456789","observedTimeUnixNano":5}`],
    ["the largest numbers", `{"flags":4294967295,"body":{"intValue":"-9223372036854775807"}}`],
  ])("JSON with %s", (_, record) => {
    const body = Buffer.from(logJson(record));
    expect(plainLine("logs", "json", body)).toMatchObject({ text: logJson(record), items: 1 });
    expect(anyLine("logs", "json", body)).toMatchObject({ text: logJson(record), items: 1 });
  });

  test.each([
    ["integers of every length", [5, bytes(5, ...lengths(), ...lengths().map(negated))]],
    ["doubles", [5, bytes(5, ...DOUBLES.map((value) => bytes(1, double(4, value))))]],
    ["text of every length and its escapes", [5, bytes(1, '\0\b\f\n\r\t\u001f"\\\u007f é漢😀'.repeat(7))]],
    ["a body of bytes", [5, bytes(7, "\0\u0001\u0002~")]],
  ] as const)("protobuf with %s", (_, [number, value]) => {
    const body = logsRequest([...fixed64(1, 2n ** 64n - 1n), ...bytes(number, value)]);
    const line = plainLine("logs", "protobuf", body);
    expect(line).toEqual(anyLine("logs", "protobuf", body));
    expect(line?.items).toBe(1);
  });

  test("an empty request, as one without telemetry", () => {
    expect(plainLine("logs", "json", Buffer.from("{}"))).toEqual({ text: "", items: 0, enumMax: 0 });
    expect(plainLine("logs", "protobuf", new Uint8Array(0))).toEqual({ text: "", items: 0, enumMax: 0 });
  });
});

describe("PlainCodec leaves to the other", () => {
  test.each([
    ["line breaks between tokens", `{\n"severityNumber":9}`],
    ["unknown keys", `{"other":1}`],
    ["null", `{"body":null}`],
    ["a field twice", `{"flags":1,"flags":1}`],
    ["both members of a oneof", `{"body":{"stringValue":"","intValue":"1"}}`],
    ["lone surrogates", String.raw`{"severityText":"\ud800"}`],
    ["enum names", `{"severityNumber":"SEVERITY_NUMBER_INFO"}`],
    ["exponents of integers", `{"severityNumber":1e1}`],
    ["large exponents", `{"body":{"doubleValue":1e400}}`],
    ["the longest numbers", `{"timeUnixNano":"18446744073709551615"}`],
    ["numbers that do not fit in 32 bits", `{"flags":4294967296}`],
    ["numbers that do not fit in 64 bits", `{"body":{"intValue":"9223372036854775808"}}`],
    ["base64 of the other alphabet", `{"body":{"bytesValue":"__--"}}`],
    ["keys with escapes", String.raw`{"fl\u0061gs":1}`],
    ["a value without its end", `{"severityText":"`],
    ["no hex digits in an id", `{"traceId":"0123456789abcdef0123456789abcdeg"}`],
  ])("JSON with %s", (_, record) => {
    expect(plainLine("logs", "json", Buffer.from(logJson(record)))).toBeUndefined();
  });

  test.each([
    ["something behind the object", "{}x"],
    ["a BOM", "\ufeff{}"],
    ["nothing", ""],
  ])("JSON with %s", (_, text) => {
    expect(plainLine("logs", "json", Buffer.from(text))).toBeUndefined();
  });

  test.each([
    ["unknown fields", bytes(100, "x")],
    ["a field twice", [...fixed64(1, 1n), ...fixed64(1, 2n)]],
    ["ids of another length", bytes(9, "short")],
    ["text that is no UTF-8", [...tag(3, 2), ...varint(1), 0xff]],
    ["text cut inside a character", [...tag(3, 2), ...varint(2), 0xe6, 0xbc]],
    ["another wire type", [...tag(3, 0), 1]],
    ["a value cut off", [...tag(1, 1), 1, 2, 3]],
    ["a varint without end", [...tag(2, 0), ...Array.from({ length: 11 }, () => 0xff)]],
  ])("protobuf with %s", (_, record) => {
    expect(plainLine("logs", "protobuf", logsRequest(record))).toBeUndefined();
  });

  test("what nests deeper than the limit", () => {
    const [json, protobuf] = [Buffer.from(logJson("{}")), logsRequest([])];
    for (const [encoding, body] of [["json", json] as const, ["protobuf", protobuf] as const]) {
      expect(plainLine("logs", encoding, body, { ...LIMITS, nestingMax: 4 })).toBeDefined();
      expect(plainLine("logs", encoding, body, { ...LIMITS, nestingMax: 3 })).toBeUndefined();
    }
  });

  test("lines that would be longer than the limit", () => {
    const body = logsRequest(bytes(3, "\u0001".repeat(5000)));
    const bytesOfLine = plainLine("logs", "protobuf", body)?.text.length ?? 0;
    expect(bytesOfLine).toBeGreaterThan(30_000);
    expect(plainLine("logs", "protobuf", body, { ...LIMITS, lineMaxBytes: bytesOfLine - 1 })).toBeUndefined();
  });

  test.each([
    [LARGE_MAX_BYTES, true],
    [LARGE_MAX_BYTES + 1, false],
  ])("bodies above LARGE_MAX_BYTES: %d bytes", (length, isTaken) => {
    const body = longJson(length);
    expect(body.length).toBe(length);
    expect(plainLine("logs", "json", body) !== undefined).toBe(isTaken);
    const protobuf = logsRequest(bytes(3, "x".repeat(length - (isTaken ? 100 : 0))));
    expect(plainLine("logs", "protobuf", protobuf, { ...LIMITS, lineMaxBytes: 2 * length }) !== undefined).toBe(
      isTaken,
    );
  });
});

describe("PlainCodecs", () => {
  test("has another memory for large bodies, until none has come between two calls of releaseUnused()", () => {
    const kept = new PlainCodecs();
    expect(kept.releaseUnused()).toBe(false);
    const usual = kept.codecFor(USUAL_MAX_BYTES);
    const large = kept.codecFor(USUAL_MAX_BYTES + 1);
    expect(large).not.toBe(usual);
    for (let n = 0; n < 2; n++) {
      expect(kept.releaseUnused()).toBe(false);
      expect(kept.codecFor(1)).toBe(usual);
      expect(kept.codecFor(LARGE_MAX_BYTES)).toBe(large);
    }
    expect([kept.releaseUnused(), kept.releaseUnused(), kept.releaseUnused()]).toEqual([false, true, false]);
    expect(kept.codecFor(1)).toBe(usual);
    expect(kept.codecFor(LARGE_MAX_BYTES)).not.toBe(large);
  });

  test.each([USUAL_MAX_BYTES, USUAL_MAX_BYTES + 1, 10_000_000])(
    "a body of %d bytes becomes the line of decodeAny",
    (length) => {
      const json = longJson(length);
      expect(plainLine("logs", "json", json)).toEqual(anyLine("logs", "json", json));
      const protobuf = logsRequest(bytes(3, "x".repeat(length)), bytes(3, "\u{1}y".repeat(100)));
      expect(plainLine("logs", "protobuf", protobuf)).toEqual(anyLine("logs", "protobuf", protobuf));
    },
  );
});

function longJson(bytesInAll: number): Buffer {
  const around = logJson('{"severityText":""}').length;
  return Buffer.from(logJson(`{"severityText":"${"x".repeat(bytesInAll - around)}"}`));
}

describe("the highest enum", () => {
  test.each([
    ["21", 21],
    ['"21"', 21],
    ['"SEVERITY_NUMBER_FATAL4"', 24],
    ['"SEVERITY_NUMBER_NEW"', 0],
    ["-21", 0],
    ["2.1e1", 21],
    ["2147483647", 2147483647],
    ["4294967295", 0],
    ["1e300", 0],
    ['9,"severityNumber":21', 21],
  ])("of severityNumber %s is %d", (severity, most) => {
    const body = Buffer.from(logJson(`{"severityNumber":${severity}}`));
    expect(decodeAny("logs", "json", body.slice(), LIMITS).enumMax).toBe(most);
    expect([most, undefined]).toContain(plainLine("logs", "json", body)?.enumMax);
  });
});

describe("plain.wasm", () => {
  test("is what its source compiles to (bun run build:codec)", async () => {
    await using directory = await TempDir.create("codec");
    const compiled = directory.file("plain.wasm");
    const compiler = join(ROOT, "node_modules/assemblyscript/bin/asc.js");
    const config = join(ROOT, "src/otlp/plain/asconfig.json");
    const run = Bun.spawnSync([process.execPath, compiler, "--config", config, "--outFile", compiled], { cwd: ROOT });
    expect(run.stderr.toString()).toBe("");
    const committed = await Bun.file(join(ROOT, "src/otlp/plain/plain.wasm")).bytes();
    expect(Buffer.compare(await Bun.file(compiled).bytes(), committed)).toBe(0);
  });

  test("has the kinds of the schema", async () => {
    const module = new WebAssembly.Module(await Bun.file(join(ROOT, "src/otlp/plain/plain.wasm")).bytes());
    const text = { writeDoubleAsJavaScript: () => 0 };
    const { exports } = new WebAssembly.Instance(module, { text });
    for (const [name, kind] of Object.entries(KIND)) {
      const exported = Reflect.get(exports, name.toUpperCase());
      expect(exported instanceof WebAssembly.Global ? exported.value : undefined, name).toBe(kind);
    }
  });
});

function bytesValue(base64: string): string {
  return `{"key":"k","value":{"bytesValue":"${base64}"}}`;
}

/** AnyValue messages with 0, 9, 10, 99, 100 … in ten's powers up to 2^63. */
function lengths(): readonly number[][] {
  return Array.from({ length: 19 }, (_, i) => 10n ** BigInt(i)).flatMap((power) =>
    [power - 1n, power, 7n * power].filter((value) => value < 2n ** 63n).map((value) => bytes(1, anyInt(value))),
  );
}

function negated(_: readonly number[], i: number): number[] {
  return bytes(1, anyInt(2n ** 64n - 10n ** BigInt(i % 19) - BigInt(i)));
}

function anyInt(value: bigint): number[] {
  return [...tag(3, 0), ...varint(value)];
}
