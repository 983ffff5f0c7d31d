import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { areSame, holdTheSame } from "../../src/lib/same-bytes.ts";

const MiB = 1024 * 1024;
const TEXT = Array.from({ length: 20_000 }, (_, n) => `{"n":${n}}\n`).join("");

function slicesOf(...texts: readonly string[]) {
  const slices = texts.map((text) => new Uint8Array(Buffer.from(text)));
  return { slices, bytes: slices.reduce((sum, slice) => sum + slice.length, 0) };
}

/** `bytes` in chunks; `state` says how far it was read and whether its reader has let it go. */
async function* chunksOf(
  bytes: Uint8Array,
  state: { chunks: number; isClosed: boolean } = { chunks: 0, isClosed: false },
  failAfter = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  try {
    for (let at = 0; at < bytes.length; at += 1000) {
      if (state.chunks++ >= failAfter) throw new Error("ECONNRESET");
      yield bytes.subarray(at, at + 1000);
    }
  } finally {
    state.isClosed = true;
  }
}

describe("areSame()", () => {
  test.each([
    [["a", "b", "c"], "abc", true],
    [["abc"], "abc", true],
    [["", "abc", ""], "abc", true],
    [[], "", true],
    [["abc"], "ab", false],
    [["ab"], "abc", false],
    [["abd"], "abc", false],
  ] as const)("%p and %p: %p", async (ours, theirs, isSame) => {
    expect(await areSame(chunksOf(Buffer.from(theirs)), slicesOf(...ours))).toBe(isSame);
  });
});

describe.each([
  ["gzip", gzipSync],
  ["zstd", zstdCompressSync],
] as const)("holdTheSame() of %s", (compression, compress) => {
  const ours = { ...slicesOf(TEXT.slice(0, 777), TEXT.slice(777)), compression };

  test("compares what is held", async () => {
    expect(await holdTheSame(chunksOf(compress(TEXT)), ours)).toBe(true);
    expect(await holdTheSame(chunksOf(compress(`${TEXT}{}\n`)), ours)).toBe(false);
    expect(await holdTheSame(chunksOf(compress(TEXT.slice(1))), ours)).toBe(false);
    expect(await holdTheSame(chunksOf(compress("")), ours)).toBe(false);
    expect(await holdTheSame(chunksOf(new Uint8Array()), ours)).toBe(false);
    expect(await holdTheSame(chunksOf(Buffer.from(TEXT)), ours)).toBe(false);
    expect(await holdTheSame(chunksOf(compress(TEXT).subarray(0, -9)), ours)).toBe(false);
  });

  test("takes a connection that breaks for no answer, wherever it breaks", async () => {
    const bytes = compress(TEXT);
    for (const chunks of [0, 1, 5]) {
      const state = { chunks: 0, isClosed: false };
      const compared = holdTheSame(chunksOf(bytes, state, chunks), ours);
      expect(await compared.catch(String), String(chunks)).toBe("Error: ECONNRESET");
    }
  });

  test("stops at the first byte that differs, and lets the other side go: bytes that inflate to much cost nothing", async () => {
    const bomb = compress(Buffer.concat([Buffer.alloc(64 * MiB), randomBytes(MiB)]));
    const state = { chunks: 0, isClosed: false };
    expect(await holdTheSame(chunksOf(bomb, state), ours)).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(state.isClosed).toBe(true);
    expect(state.chunks).toBeLessThan(200);
  });
});
