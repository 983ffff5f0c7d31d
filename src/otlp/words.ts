/**
 * Four bytes at a time, for the loops in which text is scanned and copied. Words are little-endian, as DataView reads
 * them when asked to; nothing here depends on the machine.
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

/** True when a byte of `word` cannot stand in a JSON string as it is, or is not ASCII. */
export function hasSpecialByte(word: number): boolean {
  return ((word & 0x80808080) | endsPlainText(word)) !== 0;
}

/**
 * Not 0 when a byte of `word` is a quote, a backslash or a control character (Mycroft's test for a byte that is zero,
 * or below a bound; borrows can only add bytes to what is found already).
 */
export function endsPlainText(word: number): number {
  // With its second bit turned a quote (0x22) stands beside the control characters, below 0x21, and nothing else does.
  const low = word ^ 0x02020202;
  const backslash = word ^ 0x5c5c5c5c;
  return (((low - 0x21212121) & ~low) | ((backslash - 0x01010101) & ~backslash)) & 0x80808080;
}
