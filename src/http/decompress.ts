import { constants, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";

/** Bytes out of bytes, or why not: `too-large` as soon as the output passes its limit, `corrupt` for all else. */
export type Decompressed =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "too-large" }
  | { readonly kind: "corrupt"; readonly reason: string };

type Decompressor = (body: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/**
 * The content encodings that are taken. gzip is demanded by OTLP; `deflate` is the zlib format (RFC 9110 §8.4.1.2) and
 * an option of the Python exporter; zstd one of the Collector and of Rust. node:zlib, because its output limit holds
 * against bombs, it reads all members of a gzip body (RFC 1952 §2.2), and refuses what trails behind them.
 */
const DECOMPRESSORS: ReadonlyMap<string, Decompressor> = new Map<string, Decompressor>([
  ["gzip", gunzipSync],
  ["x-gzip", gunzipSync],
  ["deflate", inflateSync],
  [
    "zstd",
    (body, options) => zstdDecompressSync(body, { ...options, params: { [constants.ZSTD_d_windowLogMax]: 27 } }),
  ],
]);

export const CONTENT_ENCODINGS = ["identity", "gzip", "deflate", "zstd"] as const;

/** The decompressor that a Content-Encoding names, `identity` when there is nothing to do, undefined when unknown. */
export function decompressorOf(contentEncoding: string | null): Decompressor | "identity" | undefined {
  const name = contentEncoding?.trim().toLowerCase() ?? "";
  return name === "" || name === "identity" ? "identity" : DECOMPRESSORS.get(name);
}

/** Never inflates more than `maxBytes` (and a block of the library's). The body is not changed. */
export function decompress(decompressor: Decompressor, body: Uint8Array, maxBytes: number): Decompressed {
  if (body.length === 0) return { kind: "corrupt", reason: "the body is empty" };
  try {
    return { kind: "bytes", bytes: decompressor(body, { maxOutputLength: maxBytes }) };
  } catch (error) {
    if (error instanceof RangeError) return { kind: "too-large" };
    return { kind: "corrupt", reason: error instanceof Error ? error.message : String(error) };
  }
}
