/**
 * UTF-8 byte by byte, for text that may be cut or in another encoding, as CI logs are. What is not UTF-8 is replaced as
 * in the Encoding Standard: one U+FFFD for each maximal part of a sequence.
 */

/** U+FFFD in UTF-8. */
export const REPLACEMENT = Uint8Array.of(0xef, 0xbf, 0xbd);

/**
 * The length of the sequence that begins at `at`, in 1 to 4, or, when it is not well formed, minus the number of bytes
 * that one U+FFFD replaces. `at` is below `end`; nothing at or after `end` is looked at.
 */
export function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // Overlong forms, surrogates and what is beyond U+10FFFF show in the second byte.
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < length; i++) {
    const next = at + i < end ? (bytes[at + i] ?? 0) : 0;
    if (next < low || next > high) return -i;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

/** A copy of `bytes` in which everything that is not UTF-8 is U+FFFD, and the number of those. */
export function repairUtf8(bytes: Uint8Array): { readonly repaired: Uint8Array; readonly replacements: number } {
  const repaired = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  return { repaired, replacements: replacementsIn(repaired) - replacementsIn(bytes) };
}

/** U+FFFD as a character that was sent counts, too. */
function replacementsIn(bytes: Uint8Array): number {
  const [first, second, third] = REPLACEMENT;
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === first && bytes[at + 1] === second && bytes[at + 2] === third) count++;
  }
  return count;
}
