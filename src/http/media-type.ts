import type { Encoding } from "../otlp/export-request.ts";

/** The two encodings of OTLP/HTTP by their media type; any other is answered 415. */
const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  ["application/json", "json"],
  ["application/x-protobuf", "protobuf"],
]);

/** The encoding that a Content-Type names. Case and parameters do not matter (RFC 9110 §8.3). Undefined: neither. */
export function encodingOf(contentType: string | null): Encoding | undefined {
  if (contentType === null) return undefined;
  // The exact forms that every exporter sends; the rest is for people.
  const exact = ENCODINGS.get(contentType);
  if (exact !== undefined) return exact;
  // A header that was sent twice arrives as one, with commas. The same type twice is that type.
  const [first, ...others] = contentType.split(",").map((one) => ENCODINGS.get(mediaTypeOf(one)));
  return others.every((other) => other === undefined || other === first) ? first : undefined;
}

function mediaTypeOf(value: string): string {
  const [mediaType = ""] = value.split(";");
  return mediaType.trim().toLowerCase();
}
