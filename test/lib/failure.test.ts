import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { because, failureOf, networkFailure } from "../../src/lib/failure.ts";

const HUSH = "https://host/?X-Amz-Signature=hush";

function thrown(name: string, facts: object = {}): Error {
  return Object.assign(new Error(HUSH), { name, ...facts });
}

describe("failureOf()", () => {
  test("shows an error of the file system as it is: the paths are ours", async () => {
    const error: unknown = await readFile("/nonexistent/file").catch((reason: unknown) => reason);
    expect(failureOf(error)).toEqual({ reason: expect.stringMatching(/^ENOENT: .*\/nonexistent\/file/) });
  });

  test.each([
    ["the name of a known kind", thrown("TypeError"), "TypeError"],
    ["a code", thrown("Error", { code: "ERR_INVALID_URL" }), "ERR_INVALID_URL"],
    ["no other name", thrown("hush"), "an unexpected error"],
    ["no code that is none", thrown("Error", { code: "hush, hush" }), "an unexpected error"],
  ])("shows of every other one %s", (_, error, reason) => {
    expect(failureOf(error)).toEqual({ reason, detail: HUSH });
  });

  test("takes what is no error", () => {
    expect(failureOf(HUSH)).toEqual({ reason: "an unexpected error", detail: HUSH });
  });
});

describe("networkFailure()", () => {
  test.each([
    ["the system's code", thrown("Error", { code: "ECONNRESET" }), "ECONNRESET"],
    ["that time was up", thrown("TimeoutError", { code: 23 }), "no answer in time"],
    ["nothing of what it does not know", thrown("hush"), "the request failed"],
  ])("shows %s", (_, error, reason) => {
    expect(networkFailure(error)).toEqual({ reason, detail: HUSH });
  });
});

test("because() puts words before the reason and keeps the detail", () => {
  expect(because("cannot ask", { reason: "403", detail: "x" })).toEqual({ reason: "cannot ask: 403", detail: "x" });
});
