import { describe, expect, test } from "bun:test";
import { errorCode, errorMessage, networkReason, readText, retryAfterMs } from "../../src/lib/http-answer.ts";

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

describe("errorCode() and errorMessage()", () => {
  test.each([
    ["<?xml?><Error><Code>SlowDown</Code><Message>x</Message></Error>", "SlowDown"],
    ['{"code":7,"message":"no such runner"}', "no such runner"],
    ['{"message":"the secret hush is not valid"}', "the secret *** is not valid"],
    ["<!doctype html><title>Bad gateway</title>", "an HTML page"],
    ["", ""],
    ["\u0000\u0001", "an unreadable body"],
  ])("says what %p says", async (body, expected) => {
    expect(await errorMessage(new Response(body), ["hush"])).toBe(expected);
  });
});

test("errorCode() repeats no words of the other side", async () => {
  expect(await errorCode(new Response('{"message":"GET /key?X-Amz-Signature=x"}'))).toBe("an unreadable body");
  expect(await errorCode(new Response("<Error><Code>SlowDown</Code></Error>"))).toBe("SlowDown");
});

test("readText() reads no more than it may", async () => {
  expect((await readText(new Response("x".repeat(100_000)), 10)).length).toBe(10);
});

test("networkReason() is the system's code where there is one", () => {
  expect(networkReason(Object.assign(new Error("https://host/?secret"), { code: "ECONNRESET" }))).toBe("ECONNRESET");
  expect(networkReason(new DOMException("x", "TimeoutError"))).toBe("no answer in time");
});
