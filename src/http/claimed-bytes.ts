import type { Form } from "./decode-body.ts";

/** Telemetry shrinks to an eighth, repetitive telemetry to a thirtieth. */
const GROWTH_USUAL_MAX = 32;
const CLAIMED_MIN_BYTES = 64 * 1024;
/** No byte of deflate becomes more: two bits stand for 258 bytes at best. */
const DEFLATE_GROWTH_MAX = 1032;
/** The shortest gzip body: header, an empty block, checksum and length (RFC 1952). */
const GZIP_MIN_BYTES = 18;
/** A character of ISO-8859-1 has up to three bytes in UTF-8 (it is read as windows-1252). */
const CHARSET_GROWTH_MAX = 3;

/**
 * How long a body will be when it is decompressed and in UTF-8, as far as can be told without doing so; of a compressed
 * one at most `maxRequestBytes`. A sender may lie: never inflate more at once than was claimed. A gzip body ends with its
 * length; for the others it is what telemetry grows to.
 */
export function claimedBytes(body: Uint8Array, { contentEncoding, charset, maxRequestBytes }: Form): number {
  const growth = charset === "utf-8" ? 1 : CHARSET_GROWTH_MAX;
  if (contentEncoding === "identity") return growth * body.length;
  const claimed =
    contentEncoding === "gzip" && body.length >= GZIP_MIN_BYTES
      ? Math.min(gzipLength(body), DEFLATE_GROWTH_MAX * body.length)
      : GROWTH_USUAL_MAX * body.length;
  return Math.min(maxRequestBytes, Math.max(CLAIMED_MIN_BYTES, growth * claimed));
}

/** Of the last member, little-endian, modulo 2^32 (RFC 1952 §2.3.1). */
function gzipLength(body: Uint8Array): number {
  return new DataView(body.buffer, body.byteOffset + body.length - 4, 4).getUint32(0, true);
}
