import { describe, expect, test } from "bun:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Compression } from "../../src/pipeline.ts";
import { linesOf } from "../../src/stored/lines.ts";

const encoder = new TextEncoder();

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function* failing(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
  throw new Error("the disk is gone");
}

interface How {
  readonly size?: number;
  readonly maxBytes?: number;
  readonly as?: Compression;
}

async function read(bytes: Uint8Array, { size = 3, maxBytes = 100, as = "none" }: How = {}) {
  const lines: (string | undefined)[] = [];
  for await (const { number, bytes: line } of linesOf(chunks(bytes, size), as, maxBytes)) {
    expect(number).toBe(lines.length);
    lines.push(line === undefined ? undefined : Buffer.from(line).toString());
  }
  return lines;
}

describe("linesOf()", () => {
  const text = encoder.encode('{"a":1}\n\n{"b":"ö"}\n{"last":true}');
  const wanted = ['{"a":1}', "", '{"b":"ö"}', '{"last":true}'];

  test.each([1, 2, 3, 7, 1000])("gives every line, in pieces of %d bytes", async (size) => {
    expect(await read(text, { size })).toEqual(wanted);
  });

  test("gives nothing of nothing, and no line behind the last end", async () => {
    expect(await read(new Uint8Array(0))).toEqual([]);
    expect(await read(encoder.encode("a\n"))).toEqual(["a"]);
  });

  test.each([
    ["gzip", gzipSync(text)],
    // What cat makes of two files.
    ["gzip", Buffer.concat([gzipSync(text.subarray(0, 9)), gzipSync(text.subarray(9))])],
    ["zstd", zstdCompressSync(text)],
  ] as const)("reads %s", async (as, bytes) => expect(await read(bytes, { as })).toEqual(wanted));

  test("passes over a line that is too long, however it comes", async () => {
    const long = encoder.encode(`short\n${"x".repeat(11)}\n${"y".repeat(10)}\n${"z".repeat(30)}`);
    for (const size of [1, 4, 1000]) {
      expect(await read(long, { size, maxBytes: 10 })).toEqual(["short", undefined, "y".repeat(10), undefined]);
    }
  });

  test("throws for what is not compressed so, or breaks off, after the lines before it", async () => {
    expect(await read(text, { as: "gzip" }).catch(String)).toContain("incorrect header check");
    const broken = gzipSync(encoder.encode("line\n".repeat(10_000))).subarray(0, 40);
    expect(await read(broken, { as: "gzip" }).catch(String)).toContain("unexpected end of file");
  });

  test("throws what the reading throws, through a decompressor too", async () => {
    const all = Array.fromAsync(linesOf(failing(gzipSync(text).subarray(0, 12)), "gzip", 100));
    expect(await all.catch(String)).toContain("the disk is gone");
  });
});
