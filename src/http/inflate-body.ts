import type { Form, Outcome } from "./decode-body.ts";
import { decompress } from "./decompress.ts";
import { giveBack } from "./give-back.ts";
import { refuse, tooLarge } from "./refusals.ts";
import { fromWindows1252 } from "./windows-1252.ts";

/**
 * The body as it was before it was compressed, in UTF-8, or what becomes of it instead: what grows beyond `maxBytes` when
 * it is decompressed is left. `body` is not changed, and comes back when there is nothing to do.
 */
export function inflateBody(body: Uint8Array, form: Form, maxBytes: number): Uint8Array | Outcome {
  const inflated = inflate(body, form, maxBytes);
  if (form.charset === "utf-8" || !(inflated instanceof Uint8Array)) return inflated;
  const { maxRequestBytes } = form;
  const text = fromWindows1252(inflated, maxRequestBytes);
  if (text !== inflated && inflated !== body) giveBack(inflated);
  return text ?? { kind: "refused", refusal: tooLarge("it grows beyond that in UTF-8", maxRequestBytes) };
}

function inflate(body: Uint8Array, { contentEncoding, maxRequestBytes }: Form, maxBytes: number): Uint8Array | Outcome {
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
