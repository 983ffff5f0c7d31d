import { describe, expect, test } from "bun:test";
import { giveBack, readBody } from "../../src/http/read-body.ts";
import { ByteBudget } from "../../src/lib/byte-budget.ts";

const BUDGET_BYTES = 1024 * 1024;

function post(length: number): Request {
  const headers = { "content-length": String(length) };
  return new Request("http://localhost/", { method: "POST", headers, body: new Uint8Array(length).fill(7) });
}

describe("giveBack()", () => {
  test("empties what has 16 KiB or more", () => {
    const bytes = new Uint8Array(16 * 1024);
    giveBack(bytes);
    expect(bytes.length).toBe(0);
  });

  test("leaves smaller ones alone, which may lie in memory that others share", () => {
    const pooled = Buffer.from("a few bytes");
    const neighbour = Buffer.from("others");
    giveBack(pooled);
    giveBack(new Uint8Array(16 * 1024 - 1));
    expect([pooled.toString(), neighbour.toString()]).toEqual(["a few bytes", "others"]);
  });

  test("is safe to call twice", () => {
    const bytes = new Uint8Array(16 * 1024);
    giveBack(bytes);
    expect(() => giveBack(bytes)).not.toThrow();
  });
});

describe("readBody()", () => {
  test.each([100, 100_000])("free() gives %d bytes back to the budget, and a large body's memory", async (length) => {
    const budget = new ByteBudget(BUDGET_BYTES);
    const body = await readBody(post(length), length, budget);
    if (body.kind !== "bytes") throw new Error(`Cannot go on with a body that is ${body.kind}`);
    expect([body.bytes.length, body.bytes[length - 1], budget.usedBytes]).toEqual([length, 7, length]);
    body.free();
    expect(budget.usedBytes).toBe(0);
    expect(body.bytes.length).toBe(length < 16 * 1024 ? length : 0);
  });

  test("gives the chunks back that a body without a length came in", async () => {
    const chunks = [new Uint8Array(40_000).fill(1), new Uint8Array(20_000).fill(2)];
    const stream = new ReadableStream({
      start: (controller) => {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
    const budget = new ByteBudget(BUDGET_BYTES);
    const body = await readBody(new Request("http://localhost/", { method: "POST", body: stream }), 60_000, budget);
    if (body.kind !== "bytes") throw new Error(`Cannot go on with a body that is ${body.kind}`);
    expect([body.bytes.length, body.bytes[39_999], body.bytes[40_000]]).toEqual([60_000, 1, 2]);
    expect(chunks.map((chunk) => chunk.length)).toEqual([0, 0]);
    body.free();
    expect(budget.usedBytes).toBe(0);
  });
});
