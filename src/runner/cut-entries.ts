/** A part of a log that becomes one record: where it lies in the bytes, line ends included. */
export interface Entry {
  readonly start: number;
  readonly end: number;
}

export interface Cut {
  readonly entries: readonly Entry[];
  /** Bytes that are done with: those of the entries. The rest belongs to an entry whose end has not been seen yet. */
  readonly end: number;
  /** An entry of the runner's own form has been seen. */
  readonly hasHeaders: boolean;
}

export interface CutOptions {
  /** Bytes of one entry; a longer one is cut into several at a character's border. */
  readonly maxBytes: number;
  /** Entries of one cut, or a few more: the bytes behind them are for the next one. */
  readonly maxEntries: number;
  /** Nothing more comes for now: the last entry ends where the bytes end. */
  readonly isAll: boolean;
  /** Whether such an entry came before, in the same file. */
  readonly hasHeaders: boolean;
  /** Each line is one entry, whatever it looks like: the output of a step. Default: no. */
  readonly isPlain?: boolean;
}

const NEWLINE = 0x0a;
/** `[2026-11-26 10:00:00Z I`: digits are `0`, letters are `A`. */
const HEADER = Buffer.from("[0000-00-00 00:00:00Z A");
const [DIGIT, LETTER] = Buffer.from("0A");

/**
 * Cuts the runner's log into entries. An entry begins with its time in brackets, at the start of a line; the lines that
 * follow and do not begin so belong to it: a stack trace is one record. Until the first entry of that form each line is
 * one of its own, as it is in a log of somebody else's. Makes progress whenever the bytes are `maxBytes` or more.
 */
export function cutEntries(bytes: Uint8Array, options: CutOptions): Cut {
  const { maxBytes, maxEntries, isAll, hasHeaders, isPlain = false } = options;
  const entries: Entry[] = [];
  let start = 0;
  const closeAt = (end: number): void => {
    while (end - start > maxBytes) {
      const pieceEnd = characterBorder(bytes, start, start + maxBytes);
      entries.push({ start, end: pieceEnd });
      start = pieceEnd;
    }
    if (end > start) entries.push({ start, end });
    start = end;
  };
  let isHeaded = !isPlain && (hasHeaders || isHeader(bytes, 0));
  for (let line = 0; line < bytes.length;) {
    if (entries.length >= maxEntries) return { entries, end: start, hasHeaders: isHeaded };
    const newline = bytes.indexOf(NEWLINE, line);
    if (!isPlain && line > start && isHeader(bytes, line)) {
      closeAt(line);
      isHeaded = true;
    }
    if (newline === -1) break;
    line = newline + 1;
    if (!isHeaded) closeAt(line);
    if (!isPlain && !isHeaded && isHeader(bytes, line)) isHeaded = true;
  }
  if (isAll) closeAt(bytes.length);
  else while (bytes.length - start >= maxBytes) closeAt(characterBorder(bytes, start, start + maxBytes));
  return { entries, end: start, hasHeaders: isHeaded };
}

/** Whether an entry of the runner's begins there. */
export function isHeader(bytes: Uint8Array, at: number): boolean {
  if (bytes.length - at < HEADER.length) return false;
  for (let n = 0; n < HEADER.length; n++) {
    const [byte = 0, wanted] = [bytes[at + n], HEADER[n]];
    const fits = wanted === DIGIT ? byte >= 0x30 && byte <= 0x39 : wanted === LETTER ? isLetter(byte) : byte === wanted;
    if (!fits) return false;
  }
  return true;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** `end`, or up to three bytes before it: a character of UTF-8 is not cut in two. */
function characterBorder(bytes: Uint8Array, start: number, end: number): number {
  for (let border = end; border > end - 4 && border > start; border--) {
    if (((bytes[border] ?? 0) & 0xc0) !== 0x80) return border;
  }
  return end;
}
