import { describe, expect, test } from "bun:test";
import type { Body } from "../../src/http/body.ts";
import { InFlight } from "../../src/http/in-flight.ts";
import { LoopTurns } from "../../src/http/loop-turns.ts";
import { readBody } from "../../src/http/read-body.ts";
import { TestClock } from "../support/test-clock.ts";
import { loopTurns } from "../support/turns.ts";

const MIB = 1024 * 1024;
const clock = new TestClock();

function options(maxBytes = 4 * MIB) {
  return {
    maxBytes,
    turns: new LoopTurns(),
    inFlight: new InFlight({ maxBytes: 2 * maxBytes, maxRequestBytes: maxBytes, clock }),
    isOwn: false,
  };
}

function post(body: Uint8Array | ReadableStream, length?: number): Request {
  const headers = length === undefined ? {} : { "content-length": String(length) };
  return new Request("http://localhost/", { method: "POST", headers, body });
}

function chunked(chunks: readonly Uint8Array[], isWhole = true): ReadableStream {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      if (isWhole) controller.close();
    },
  });
}

async function bodyOf(read: ReturnType<typeof readBody>): Promise<Body> {
  const body = await read;
  if ("reason" in body) throw new Error(`Cannot go on without a body: ${body.reason}`);
  return body;
}

describe("readBody()", () => {
  test.each([0, 100, 100_000, MIB, MIB + 1])("reads %d bytes, takes them and gives them back", async (length) => {
    const to = options();
    const body = await bodyOf(readBody(post(new Uint8Array(length).fill(7), length), to));
    expect([body.bytes.length, body.bytes.every((byte) => byte === 7), to.inFlight.usedBytes]).toEqual([
      length,
      true,
      length,
    ]);
    body.free();
    expect(to.inFlight.usedBytes).toBe(0);
    expect(body.bytes.length).toBe(length <= 8 * 1024 ? length : 0);
  });

  test("reads a body without a length, and gives the chunks back that it came in", async () => {
    const chunks = [new Uint8Array(40_000).fill(1), new Uint8Array(20_000).fill(2)];
    const to = options();
    const body = await bodyOf(readBody(post(chunked(chunks)), to));
    expect([body.bytes.length, body.bytes[39_999], body.bytes[40_000]]).toEqual([60_000, 1, 2]);
    expect(chunks.map((chunk) => chunk.length)).toEqual([0, 0]);
    body.free();
    expect(to.inFlight.usedBytes).toBe(0);
  });

  test("refuses what is longer than it may be, by its length or when so much has come", async () => {
    const to = options(1000);
    const detail = expect.stringContaining("at most 1000 bytes");
    expect(await readBody(post(new Uint8Array(1001), 1001), to)).toEqual({ reason: "too-large", detail });
    const chunks = [new Uint8Array(600), new Uint8Array(600)];
    expect(await readBody(post(chunked(chunks)), to)).toEqual({ reason: "too-large", detail });
    expect(to.inFlight.usedBytes).toBe(0);
  });

  test.each(["7, 7", "-1", "1e3"])("refuses the Content-Length %s", async (length) => {
    const request = post(new Uint8Array(7));
    request.headers.set("content-length", length);
    expect(await readBody(request, options())).toMatchObject({ reason: "broken-off" });
  });

  test("says that a body broke off", async () => {
    const to = options();
    const broken = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new Uint8Array(10));
        controller.error(new Error("gone"));
      },
    });
    expect(await readBody(post(broken), to)).toMatchObject({ reason: "broken-off" });
    expect(to.inFlight.usedBytes).toBe(0);
  });

  test.each([10, 2 * MIB, undefined])("lets go of a body that is cut off, of the length %p", async (length) => {
    const to = options();
    const reading = readBody(post(chunked([new Uint8Array(5)], false), length), to);
    await loopTurns();
    expect(to.inFlight.arriving).toBe(1);
    clock.pass(60_000);
    expect(await reading).toMatchObject({ reason: "too-slow" });
    expect([to.inFlight.arriving, to.inFlight.usedBytes]).toEqual([0, 0]);
  });
});
