import { isAscii } from "node:buffer";

/** Byte → its character in UTF-8, of the bytes that are not ASCII. */
const ENCODED: readonly Uint8Array[] = Array.from({ length: 256 }, (_, byte) =>
  new TextEncoder().encode(new TextDecoder("windows-1252").decode(Uint8Array.of(byte))),
);
const WIDTHS = Uint8Array.from(ENCODED, ({ length }) => length);

/**
 * Text of windows-1252 in UTF-8: `bytes` itself when it is ASCII, otherwise memory of its own. Undefined when it would be
 * longer than `maxBytes`; nothing is allocated then. `bytes` is not changed.
 */
export function fromWindows1252(bytes: Uint8Array, maxBytes: number): Uint8Array | undefined {
  if (isAscii(bytes)) return bytes;
  let length = 0;
  for (const byte of bytes) length += WIDTHS[byte] ?? 1;
  if (length > maxBytes) return undefined;
  const text = new Uint8Array(length);
  let at = 0;
  for (const byte of bytes) {
    if (byte < 0x80) {
      text[at++] = byte;
      continue;
    }
    for (const part of ENCODED[byte] ?? []) text[at++] = part;
  }
  return text;
}
