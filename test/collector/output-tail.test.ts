import { describe, expect, test } from "bun:test";
import { OutputTail } from "../../src/collector/output-tail.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("OutputTail", () => {
  test("joins lines that come in pieces, also within a character", () => {
    const tail = new OutputTail(1000);
    const write = tail.writer();
    const whole = bytes("one\ntwö\nthree");
    for (const byte of whole) write(Uint8Array.of(byte));
    expect(tail.last(10)).toEqual(["one", "twö"]);
    write(bytes("\n"));
    expect(tail.last(10)).toEqual(["one", "twö", "three"]);
  });

  test("does not mix the lines of two streams", () => {
    const tail = new OutputTail(1000);
    const [out, err] = [tail.writer(), tail.writer()];
    out(bytes("stand"));
    err(bytes("error\n"));
    out(bytes("ard\n"));
    expect(tail.last(10)).toEqual(["error", "standard"]);
  });

  test("keeps the newest lines within its bytes", () => {
    const tail = new OutputTail(30);
    const write = tail.writer();
    for (let line = 0; line < 100; line++) write(bytes(`line ${line}\n`));
    expect(tail.last(10)).toEqual(["line 97", "line 98", "line 99"]);
    expect(tail.position).toBe(100);
  });

  test("cuts a line that never ends, and keeps nothing of it in memory", () => {
    const seen: string[] = [];
    const tail = new OutputTail(10_000, (line) => seen.push(line));
    const write = tail.writer();
    for (let piece = 0; piece < 100; piece++) write(bytes("x".repeat(1000)));
    expect(Math.max(...seen.map((line) => line.length))).toBe(4096);
    expect(tail.last(100).join("").length).toBeLessThanOrEqual(10_000);
  });

  test("last() gives what came since a position, though older lines are kept", () => {
    const tail = new OutputTail(1000);
    const write = tail.writer();
    write(bytes("before\n"));
    const { position } = tail;
    expect(tail.last(5, position)).toEqual([]);
    write(bytes("after\n\n"));
    expect(tail.last(5, position)).toEqual(["after"]);
    expect(tail.last(1)).toEqual(["after"]);
    expect(tail.last(0)).toEqual([]);
  });
});
