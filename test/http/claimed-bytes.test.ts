import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { claimedBytes } from "../../src/http/claimed-bytes.ts";
import type { Form } from "../../src/http/decode-body.ts";

const MIB = 1024 * 1024;

function form(contentEncoding: Form["contentEncoding"]): Form {
  return {
    signal: "logs",
    encoding: "json",
    contentEncoding,
    charset: "utf-8",
    maxRequestBytes: 16 * MIB,
    lineMaxBytes: 16 * MIB,
    nestingMax: 100,
  };
}

/** A gzip body that says that it is 4 GiB long. */
function lying(content: string | Buffer): Buffer {
  return Buffer.concat([gzipSync(content).subarray(0, -4), Buffer.alloc(4, 255)]);
}

test.each([100_000, 2 * MIB])("claimedBytes() knows how long a gzip body of %d bytes will be", (length) => {
  expect(claimedBytes(gzipSync(Buffer.alloc(length)), form("gzip"))).toBe(length);
});

test("claimedBytes() of a body that is not compressed is its length", () => {
  expect(claimedBytes(new Uint8Array(7), form("identity"))).toBe(7);
});

test.each([
  ["is short", new Uint8Array(3), "gzip", 64 * 1024],
  ["lies", lying("x"), "gzip", 64 * 1024],
  ["lies, and is long", lying(randomBytes(MIB)), "gzip", 16 * MIB],
  ["does not say", zstdCompressSync(Buffer.alloc(MIB)), "zstd", 64 * 1024],
  ["does not say, and is long", new Uint8Array(MIB), "deflate", 16 * MIB],
] as const)("claimedBytes() stays between its bounds for a body that %s", (_, body, contentEncoding, bytes) => {
  expect(claimedBytes(body, form(contentEncoding))).toBe(bytes);
});
