import { describe, expect, test } from "bun:test";
import { answerFailure, readText, retryAfterMs } from "../../src/lib/http-answer.ts";

describe("retryAfterMs()", () => {
  const nowMs = Date.parse("2026-11-22T10:00:00Z");
  test.each([
    ["5", 5000],
    ["0", 0],
    ["Sun, 22 Nov 2026 10:00:30 GMT", 30_000],
    ["Sun, 22 Nov 2026 09:00:00 GMT", 0],
    ["soon", undefined],
    ["", undefined],
  ])("reads %p", (value, expected) => {
    expect(retryAfterMs(new Headers({ "retry-after": value }), nowMs)).toBe(expected);
  });

  test("is undefined without the header", () => {
    expect(retryAfterMs(new Headers())).toBeUndefined();
  });
});

describe("answerFailure()", () => {
  test.each([
    ["", { reason: "403" }],
    [" \n", { reason: "403" }],
    ["<!doctype html><title>hush</title>", { reason: "403 and an HTML page" }],
    ['{"code":7,"message":"no such runner"}', { reason: "403, its words are in the log", detail: "no such runner" }],
    ['{"error":"hush"}', { reason: "403, its words are in the log", detail: '{"error":"hush"}' }],
    ["\u0000\u0001", { reason: "403, its words are in the log", detail: "\u0000\u0001" }],
  ])("says what %p says", async (body, expected) => {
    expect(await answerFailure(new Response(body, { status: 403 }))).toEqual(expected);
  });
});

test("readText() reads no more than it may", async () => {
  expect((await readText(new Response("x".repeat(100_000)), 10)).length).toBe(10);
});
