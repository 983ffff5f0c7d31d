import type { Batch } from "../../src/pipeline.ts";

export const NAME = "20261122-100000.logs.log";
/** A signal that never fires. */
export const NEVER = new AbortController().signal;

/** A batch of its own, not in any ring. */
export function batchOf(pieces: readonly string[], change: Partial<Batch> = {}): Batch {
  const slices = pieces.map((piece) => new Uint8Array(Buffer.from(piece)));
  const bytes = slices.reduce((sum, slice) => sum + slice.length, 0);
  const crc32 = Bun.hash.crc32(Buffer.concat(slices));
  const batch = { stream: "logs", name: NAME, lines: pieces.length, bytes, slices, crc32 } as const;
  const plain = { place: "", folder: "", compression: "none", compressor: "", wasAttempted: false } as const;
  return { ...batch, ...plain, ...change };
}

/** Takes its time to be written. */
export function largeBatch(): Batch {
  return batchOf(Array.from({ length: 64 }, (_, n) => `{"n":${n},"pad":"${"x".repeat(100_000)}"}\n`));
}
