import { constants, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { errorText } from "../lib/error-text.ts";
import type { ContentEncoding } from "./content-encoding.ts";
import { isWholeZstd } from "./zstd-frames.ts";

/** Bytes out of bytes, or why not: `too-large` as soon as the output passes its limit, `corrupt` for all else. */
export type Decompressed =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "too-large" }
  | { readonly kind: "corrupt"; readonly reason: string };

interface Options {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

type Decompressor = (body: Uint8Array, options: Options) => Uint8Array;
type Inflate = (body: Uint8Array, options: Options & { readonly info: true }) => unknown;

/** The largest window of zstd that is taken: 2^27 bytes, its own tool's limit. */
const ZSTD_WINDOW_LOG_MAX = 27;

/**
 * gzip is demanded by OTLP; `deflate` is the zlib format (RFC 9110 §8.4.1.2) and an option of the Python exporter; zstd
 * one of the Collector and of Rust. node:zlib and not Bun's own functions, because its output limit holds against
 * bombs, and it reads all members of a gzip body (RFC 1952 §2.2).
 */
const DECOMPRESSORS: Readonly<Record<ContentEncoding, Decompressor>> = {
  gzip: wholeBody(gunzipSync),
  deflate: wholeBody(inflateSync),
  zstd: (body, options) =>
    zstdDecompressSync(body, { ...options, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } }),
};

/** So that what is just as long as it may be leaves room, and its end is seen in the first piece. */
const CHUNK_SPARE_BYTES = 64;

/**
 * Never inflates more than `maxBytes`, and allocates so many: all comes out in one piece, which takes half the memory and
 * the time of many. What no byte is put into costs nothing. The body is not changed.
 */
export function decompress(encoding: ContentEncoding, body: Uint8Array, maxBytes: number): Decompressed {
  if (body.length === 0) return { kind: "corrupt", reason: "the body is empty" };
  if (encoding === "zstd" && !isWholeZstd(body)) return { kind: "corrupt", reason: "it is no whole zstd frame" };
  const chunkSize = maxBytes + CHUNK_SPARE_BYTES;
  try {
    return { kind: "bytes", bytes: DECOMPRESSORS[encoding](body, { maxOutputLength: maxBytes, chunkSize }) };
  } catch (error) {
    if (error instanceof RangeError) return { kind: "too-large" };
    return { kind: "corrupt", reason: errorText(error) };
  }
}

/**
 * node:zlib leaves unread what stands behind a zlib stream, and behind a gzip member and a zero byte. That may be the
 * sender's second stream, and a 200 would lose it without a word.
 */
function wholeBody(inflate: Inflate): Decompressor {
  return (body, options) => {
    const result = inflate(body, { ...options, info: true });
    if (!isInflated(result)) throw new TypeError("Cannot use what node:zlib gave: a buffer and its engine wanted");
    const behind = body.length - result.engine.bytesWritten;
    if (behind > 0) throw new Error(`${behind} bytes stand behind its end`);
    return result.buffer;
  };
}

/** What node:zlib gives when `info` is asked for; its types say otherwise. The engine has written what went in. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

function isInflated(result: unknown): result is Inflated {
  return typeof result === "object" && result !== null && "buffer" in result && "engine" in result;
}
