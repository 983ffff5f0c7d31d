import { describe, expect, test } from "bun:test";
import { constants, zstdCompressSync } from "node:zlib";
import { isWholeZstd } from "../../src/http/zstd-frames.ts";

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const bodies: [string, Uint8Array][] = [
  ["no bytes compressed", zstdCompressSync("")],
  ["a short text", zstdCompressSync("hello")],
  ["a repeated byte", zstdCompressSync(Buffer.alloc(300_000, 7))],
  [
    "several blocks that do not compress",
    zstdCompressSync(Buffer.concat(Array.from({ length: 6 }, () => random(60_000)))),
  ],
  ["a checksum", zstdCompressSync("x".repeat(5000), { params: { [constants.ZSTD_c_checksumFlag]: 1 } })],
  ["two frames", Buffer.concat([zstdCompressSync("one"), zstdCompressSync("two")])],
  [
    "a skippable frame",
    Buffer.concat([Buffer.from([0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]), zstdCompressSync("x")]),
  ],
];

describe("isWholeZstd()", () => {
  test.each(bodies)("takes %s, and no part of it, and nothing behind it", (name, body) => {
    expect(isWholeZstd(body)).toBe(true);
    const ends = name === "two frames" ? [zstdCompressSync("one").length] : name === "a skippable frame" ? [11] : [];
    const cuts = new Set([1, 2, 4, 5, 6, 7, 8, Math.floor(body.length / 2), body.length - 4, body.length - 1]);
    for (const cut of cuts) {
      if (cut > 0 && cut < body.length && !ends.includes(cut))
        expect(isWholeZstd(body.subarray(0, cut)), `${cut}`).toBe(false);
    }
    expect(isWholeZstd(Buffer.concat([body, Buffer.from([0])]))).toBe(false);
    expect(isWholeZstd(Buffer.concat([body, Buffer.from("trailing bytes")]))).toBe(false);
  });

  test("takes no other bytes", () => {
    expect(isWholeZstd(Buffer.from("{}"))).toBe(false);
    for (let n = 0; n < 1000; n++) expect(isWholeZstd(random(20))).toBe(false);
  });
});
