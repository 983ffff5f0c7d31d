import type { Form, Outcome } from "./decode-body.ts";
import { decompress } from "./decompress.ts";
import { refuse, tooLarge } from "./refusals.ts";

/** The body as it was before it was compressed, or what becomes of it instead: more than `maxBytes` are left. */
export function inflateBody(
  body: Uint8Array,
  { contentEncoding, maxRequestBytes }: Form,
  maxBytes: number,
): Uint8Array | Outcome {
  if (contentEncoding === "identity") return body;
  const inflated = decompress(contentEncoding, body, Math.min(maxBytes, maxRequestBytes));
  switch (inflated.kind) {
    case "bytes":
      return inflated.bytes;
    case "too-large":
      if (maxBytes < maxRequestBytes) return { kind: "left", isSlow: false };
      return { kind: "refused", refusal: tooLarge("it grows beyond that when decompressed", maxRequestBytes) };
    case "corrupt": {
      const detail = `decompress the body as ${contentEncoding}: ${inflated.reason}`;
      return { kind: "refused", refusal: refuse("content-encoding", detail) };
    }
  }
}
