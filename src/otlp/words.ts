/**
 * Four bytes at a time, for the loops that scan and copy text. Words are little-endian, read by DataView, so nothing
 * depends on the machine.
 */
export interface Words {
  /** In bytes. */
  readonly length: number;
  /** The text, filled up with zero bytes to whole words. */
  readonly words: Int32Array;
}

export function wordsOf(text: string): Words {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return {
    length: bytes.length,
    words: Int32Array.from({ length: padded.length / 4 }, (_, i) => view.getInt32(4 * i, true)),
  };
}

/** True when a byte of `word` must be escaped in a JSON string, or is not ASCII. */
export function hasSpecialByte(word: number): boolean {
  return ((word & 0x80808080) | endsPlainText(word)) !== 0;
}

/**
 * Not 0 when a byte of `word` is a quote, a backslash or a control character (Mycroft's test for a byte that is zero,
 * or below a bound; borrows can only add bytes to what is found already).
 */
export function endsPlainText(word: number): number {
  // With its second bit flipped a quote (0x22) becomes 0x20. So one comparison with 0x21 finds quotes and control characters.
  const low = word ^ 0x02020202;
  const backslash = word ^ 0x5c5c5c5c;
  return (((low - 0x21212121) & ~low) | ((backslash - 0x01010101) & ~backslash)) & 0x80808080;
}
