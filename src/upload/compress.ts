import { once } from "node:events";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import type { ByteBudget } from "../lib/byte-budget.ts";
import type { Batch, Compression, PlainLines } from "../pipeline.ts";

type Packing = PlainLines["compression"];

/** Where gzip and zstd themselves stand by default: a higher level takes twice the time for some percent. */
const GZIP_LEVEL = 6;
const ZSTD_LEVEL = 3;
/** What is given to the compressor at a time. Always cut at the same places: the result may depend on that. */
const PIECE_BYTES = 256 * 1024;

/** Each says its own length in advance, where the format can: some readers make room for it. */
const COMPRESSORS = {
  gzip: () => createGzip({ level: GZIP_LEVEL }),
  zstd: (bytes: number) =>
    createZstdCompress({ pledgedSrcSize: bytes, params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } }),
} as const;

const COMPRESSOR_NAMES: Readonly<Record<Compression, string>> = {
  none: "",
  gzip: `bun ${Bun.version}, zlib ${versionOf("zlib")}, level ${GZIP_LEVEL}`,
  zstd: `bun ${Bun.version}, zstd ${versionOf("zstd")}, level ${ZSTD_LEVEL}`,
};

/** What compresses here, with its version and level. Another text may mean other bytes for the same lines. */
export function compressorOf(compression: Compression): string {
  return COMPRESSOR_NAMES[compression];
}

/**
 * The batch as it is sent: as it is, or its lines as one gzip member or one zstd frame, the same bytes each time. Waits
 * until it has one of `turns`, then compresses piece after piece in a thread. In memory are one piece, the compressor
 * (zlib 0.3 MiB, zstd 4 MiB) and the result, which is no longer than the lines and some bytes. Undefined when `abort`
 * fires first. Rejects with node:zlib's error.
 */
export async function compressed(batch: Batch, turns: ByteBudget, abort: AbortSignal): Promise<Batch | undefined> {
  const { compression, bytes, slices } = batch;
  if (compression === "none") return batch;
  const free = await turns.take(1, abort);
  if (free === undefined) return undefined;
  try {
    const packed = await pack(compression, batch, abort);
    return packed && { ...batch, ...packed, plain: { compression, bytes, slices } };
  } finally {
    free();
  }
}

async function pack(
  packing: Packing,
  { bytes, slices }: Pick<Batch, "bytes" | "slices">,
  abort: AbortSignal,
): Promise<Pick<Batch, "bytes" | "slices" | "crc32"> | undefined> {
  const compressor = COMPRESSORS[packing](bytes);
  const packed: Uint8Array<ArrayBuffer>[] = [];
  let [packedBytes, crc32] = [0, 0];
  compressor.on("data", (chunk: Buffer<ArrayBuffer>) => {
    packed.push(chunk);
    packedBytes += chunk.length;
    crc32 = Bun.hash.crc32(chunk, crc32);
  });
  const ended = once(compressor, "end");
  ended.catch(() => {}); // A write that fails has told already.
  try {
    for (const piece of piecesOf(slices)) {
      // Resolves when nobody works on the piece any more.
      await write(compressor, piece);
      if (abort.aborted) return undefined;
    }
    compressor.end();
    await ended;
    return { bytes: packedBytes, slices: packed, crc32 };
  } finally {
    compressor.destroy();
  }
}

function write(compressor: NodeJS.WritableStream, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    compressor.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * The bytes in pieces of always the same lengths, however the ring cuts them. All are one copy, written anew when the
 * next one is asked for: a ring that is closed meanwhile takes its memory away from a thread that still reads it.
 */
function* piecesOf(slices: readonly Uint8Array[]): Generator<Uint8Array> {
  const piece = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  for (const slice of slices) {
    for (let at = 0; at < slice.length;) {
      const part = slice.subarray(at, at + PIECE_BYTES - filled);
      piece.set(part, filled);
      [at, filled] = [at + part.length, filled + part.length];
      if (filled < PIECE_BYTES) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/** The start of what Bun says: a version, or the hash of a commit. */
function versionOf(library: "zlib" | "zstd"): string {
  return (process.versions[library] ?? "unknown").slice(0, 12);
}
