import { describe, expect, test } from "bun:test";
import { giveBack } from "../../src/http/give-back.ts";

describe("giveBack()", () => {
  test("empties what has more than 8 KiB", () => {
    const bytes = new Uint8Array(8 * 1024 + 1);
    giveBack(bytes);
    expect(bytes.length).toBe(0);
  });

  test("leaves smaller ones alone, which may lie in memory that others share", () => {
    const pooled = Buffer.from("a few bytes");
    const neighbour = Buffer.from("others");
    giveBack(pooled);
    giveBack(new Uint8Array(8 * 1024));
    expect([pooled.toString(), neighbour.toString()]).toEqual(["a few bytes", "others"]);
  });

  test("is safe to call twice", () => {
    const bytes = new Uint8Array(8 * 1024 + 1);
    giveBack(bytes);
    expect(() => giveBack(bytes)).not.toThrow();
  });
});
