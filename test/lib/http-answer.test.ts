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

/** An error answer of a store. */
function store(code: string): string {
  return `<?xml?><Error><Code>${code}</Code><Message>GET /key?X-Amz-Signature=x</Message></Error>`;
}

describe("answerFailure()", () => {
  test.each([
    ["", { reason: "403" }],
    [" \n", { reason: "403" }],
    ["<!doctype html><title>hush</title>", { reason: "403 and an HTML page" }],
    [store("SlowDown"), { reason: "403 SlowDown", detail: store("SlowDown") }],
    [store("KMS.DisabledException"), { reason: "403 KMS.DisabledException", detail: expect.any(String) }],
    ['{"code":7,"message":"no such runner"}', { reason: "403, its words are in the log", detail: "no such runner" }],
    ['{"error":"hush"}', { reason: "403, its words are in the log", detail: '{"error":"hush"}' }],
    ["\u0000\u0001", { reason: "403, its words are in the log", detail: "\u0000\u0001" }],
  ])("says what %p says", async (body, expected) => {
    expect(await answerFailure(new Response(body, { status: 403 }))).toEqual(expected);
  });

  test.each(["hush", "AKIATESTTESTTESTTEST", "SlowDown hush", "slowdown", "a".repeat(100), "x</Code><Code>SlowDown"])(
    "shows no code that it does not know: %s",
    async (code) => {
      const { reason } = await answerFailure(new Response(store(code), { status: 400 }));
      expect(reason).toBe("400 with an unknown code");
    },
  );
});

test("readText() reads no more than it may", async () => {
  expect((await readText(new Response("x".repeat(100_000)), 10)).length).toBe(10);
});
