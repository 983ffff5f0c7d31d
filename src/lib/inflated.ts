import { pipeline, Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

const MAKERS = { gzip: createGunzip, zstd: createZstdDecompress } as const;

/** A way to compress that can be undone here. */
export type Packing = keyof typeof MAKERS;

/**
 * What compressed bytes hold, a piece at a time. Throws what the reading throws, and node:zlib's error for bytes that are
 * not compressed so. Whoever stops early ends the reading.
 */
export function inflated(chunks: AsyncIterable<Uint8Array>, packing: Packing): AsyncIterable<Uint8Array> {
  const inflate = MAKERS[packing]();
  // The callback is for errors, which the reader of the other end gets.
  pipeline(Readable.from(chunks, { objectMode: false }), inflate, () => {});
  return inflate;
}
