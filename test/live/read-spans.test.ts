import { describe, expect, test } from "bun:test";
import { ATTRIBUTES_MAX, NAME_MAX_CHARACTERS, readSpans, VALUE_MAX_CHARACTERS } from "../../src/live/read-spans.ts";

const NOW_MS = 5;
const IDS = { traceId: "5b8efff798038103d269b633813fc60c", spanId: "eee19b7ec3c1b174" };
const SPAN = { ...IDS, name: "s", startedAtMs: NOW_MS, endedAtMs: NOW_MS, isError: false, attributes: {} };

function lineOf(spans: readonly unknown[], resource?: unknown): string {
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
}

function read(...spans: readonly object[]) {
  return readSpans(lineOf(spans.map((span) => ({ ...IDS, name: "s", ...span }))), NOW_MS);
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

describe("readSpans()", () => {
  test("reads ids, name, service, times, status and attributes", () => {
    const span = {
      ...IDS,
      parentSpanId: "EEE19B7EC3C1B173",
      name: "GET /",
      startTimeUnixNano: "1795764308580123000",
      endTimeUnixNano: 1_795_764_308_590_000_000,
      status: { code: 2, message: "500" },
      attributes: [
        text("a", "b"),
        { key: "n", value: { intValue: "3" } },
        { key: "t", value: { boolValue: true } },
        { key: "l", value: { arrayValue: { values: [{ doubleValue: 1.5 }] } } },
      ],
      events: [
        { name: "exception", attributes: [text("exception.message", "no"), text("exception.stacktrace", "at")] },
      ],
    };
    const [one] = readSpans(lineOf([span], { attributes: [text("service.name", "shop")] }), NOW_MS);
    expect(one).toEqual({
      ...IDS,
      parentSpanId: "eee19b7ec3c1b173",
      name: "GET /",
      service: "shop",
      startedAtMs: 1_795_764_308_580.123,
      endedAtMs: 1_795_764_308_590,
      isError: true,
      attributes: {
        "otel.status_description": "500",
        "exception.message": "no",
        a: "b",
        n: "3",
        t: "true",
        l: '{"arrayValue":{"values":[{"doubleValue":1.5}]}}',
      },
    });
  });

  test.each([
    [{ parentSpanId: "" }],
    [{ parentSpanId: "0000000000000000" }],
    [{ parentSpanId: 7 }],
    [{ status: "x", attributes: "x", events: {} }],
    [{ startTimeUnixNano: "0", endTimeUnixNano: "x" }],
  ])("a span with %j is one all the same, without a parent", (told) => {
    expect(read(told)).toEqual([SPAN]);
  });

  test("a span does not end before its start", () => {
    expect(read({ startTimeUnixNano: "7000000", endTimeUnixNano: "6000000" })).toMatchObject([
      { startedAtMs: 7, endedAtMs: 7 },
    ]);
    expect(read({ endTimeUnixNano: "6000000" })).toMatchObject([{ startedAtMs: 6, endedAtMs: 6 }]);
  });

  test("cuts what is long, and leaves no half of a character", () => {
    const long = `${"x".repeat(VALUE_MAX_CHARACTERS - 1)}😀`.repeat(2000);
    const attributes = Array.from({ length: 10_000 }, (_, n) => text(`${n}`, long.slice(0, 600)));
    const [one] = read({ name: long, spanId: long, attributes, status: { code: "STATUS_CODE_ERROR", message: long } });
    expect([one?.name.length, one?.spanId.length, one?.isError]).toEqual([NAME_MAX_CHARACTERS, 64, true]);
    const values = Object.values(one?.attributes ?? {});
    expect(values).toHaveLength(ATTRIBUTES_MAX);
    expect(values.every((value) => value.length <= VALUE_MAX_CHARACTERS && value.isWellFormed())).toBe(true);
  });

  test("a key that means something to JavaScript is a key", () => {
    const [one] = read({ attributes: [text("__proto__", "a"), text("constructor", "b")] });
    expect(Object.entries(one?.attributes ?? {})).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });

  test.each([
    "",
    "3",
    "{",
    '{"resourceSpans":[null,{"scopeSpans":[[],{"spans":7}]}]}',
    lineOf([{ name: "no ids" }]),
    lineOf([{ ...IDS, traceId: "00000000000000000000000000000000" }]),
  ])("finds nothing in %j", (line) => {
    expect(readSpans(line, NOW_MS)).toEqual([]);
  });
});
