/** The content encodings that are taken, apart from `identity`; the decompressors are loaded when the first one comes. */
export const CONTENT_ENCODINGS = ["gzip", "deflate", "zstd"] as const;
export type ContentEncoding = (typeof CONTENT_ENCODINGS)[number];

/**
 * What a Content-Encoding names: `identity` when there is nothing to do, undefined when it is unknown. Case does not
 * matter, and `x-gzip` is gzip (RFC 9110 §8.4.1).
 */
export function contentEncodingOf(header: string | null): ContentEncoding | "identity" | undefined {
  if (header === null) return "identity";
  const name = header.trim().toLowerCase();
  if (name === "" || name === "identity") return "identity";
  return name === "x-gzip" ? "gzip" : CONTENT_ENCODINGS.find((encoding) => encoding === name);
}
