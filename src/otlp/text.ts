/** Bytes of text, as the checker of JSON looks at them: without a string for each, because a request has millions. */
import { BACKSLASH, LOWER_A, LOWER_F, LOWER_U, NINE, SLASH, ZERO } from "./ascii.ts";

/** Stands for what no name, number, id or base64 holds. */
const FOREIGN = 0xff;

/** False behind the end, where there is no byte. */
export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** The value of a hex digit of either case, -1 for any other byte. */
export function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - ZERO;
  const lower = byte | 0x20;
  return lower >= LOWER_A && lower <= LOWER_F ? lower - LOWER_A + 10 : -1;
}

/** `bytes[at, end)`: a number, or what is between the quotes of a string. */
export interface Text {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
}

/** Whether `wanted` is what `bytes` has at `at`. */
export function isAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

export function isHex({ bytes, at, end }: Text): boolean {
  while (at < end && hexDigit(bytes[at] ?? 0) >= 0) at++;
  return at === end;
}

/**
 * A text of JSON with its escapes undone, for whoever looks for ASCII: whatever else an escape stands for becomes one
 * byte that is none.
 */
export function unescaped({ bytes, at, end }: Text): Text {
  const plain = new Uint8Array(end - at);
  let length = 0;
  while (at < end) {
    let byte = bytes[at++] ?? 0;
    if (byte === BACKSLASH) {
      const letter = bytes[at++];
      byte = letter === SLASH ? SLASH : FOREIGN;
      if (letter === LOWER_U) {
        const unit = Number.parseInt(stringOf({ bytes, at, end: at + 4 }), 16);
        byte = unit < 0x80 ? unit : FOREIGN;
        at += 4;
      }
    }
    plain[length++] = byte;
  }
  return { bytes: plain, at: 0, end: length };
}

/** Of ASCII; every other byte becomes one character that is none. */
export function stringOf({ bytes, at, end }: Text): string {
  return Buffer.prototype.latin1Slice.call(bytes, at, end);
}
