const ZERO = 0x30;
const NINE = 0x39;
const LINE_END = 0x0a;

/** A place in a text of /proc or /sys. Numbers are taken from it one after the other, without making strings. */
export class NumberScanner {
  #bytes: Uint8Array;
  #end: number;
  #at = 0;

  /** `bytes` up to `end` are read, not kept or changed. */
  constructor(bytes: Uint8Array, end = bytes.byteLength) {
    this.#bytes = bytes;
    this.#end = end;
  }

  /** Goes to another text, to its start or to the byte `at`. */
  reset(bytes: Uint8Array, end: number, at = 0): void {
    this.#bytes = bytes;
    this.#end = end;
    this.#at = at;
  }

  /** The next run of digits on this line. NaN when the line has no more. */
  next(): number {
    while (!this.#isDigit()) {
      if (this.#isLineEnd()) return Number.NaN;
      this.#at++;
    }
    let value = 0;
    for (; this.#isDigit(); this.#at++) value = value * 10 + ((this.#bytes[this.#at] ?? ZERO) - ZERO);
    return value;
  }

  /** Goes to the start of the next line. False when there is none. */
  nextLine(): boolean {
    while (!this.#isLineEnd()) this.#at++;
    this.#at++;
    return this.#at < this.#end;
  }

  /** Whether what follows here is `word`. */
  isAt(word: Uint8Array): boolean {
    if (this.#at + word.byteLength > this.#end) return false;
    for (let index = 0; index < word.byteLength; index++) {
      if (this.#bytes[this.#at + index] !== word[index]) return false;
    }
    return true;
  }

  /** The number on the first line from here on that begins with `word`, which has no digits. NaN when there is none. */
  numberOf(word: Uint8Array): number {
    do {
      if (this.isAt(word)) return this.next();
    } while (this.nextLine());
    return Number.NaN;
  }

  /** The number behind the first `word` from here on on this line. NaN when the line has none. */
  numberAfter(word: Uint8Array): number {
    for (; !this.#isLineEnd(); this.#at++) {
      if (!this.isAt(word)) continue;
      this.#at += word.byteLength;
      return this.next();
    }
    return Number.NaN;
  }

  #isDigit(): boolean {
    const byte = this.#bytes[this.#at] ?? 0;
    return this.#at < this.#end && byte >= ZERO && byte <= NINE;
  }

  #isLineEnd(): boolean {
    return this.#at >= this.#end || this.#bytes[this.#at] === LINE_END;
  }
}
