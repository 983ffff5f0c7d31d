/** Goes over JSON as bytes, without making objects of it. */

const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LIST = 0x5b;
const BACKSLASH = 0x5c;
const LIST_END = 0x5d;
const MAP = 0x7b;
const MAP_END = 0x7d;
/** Digits of a time in ns that are less than a microsecond. */
const NS_DIGITS = 3;
const HALF_US = 500;
const US_PER_MS = 1000;
/** More digits than any time of this era has in ns. */
const DIGITS_MAX = 19;
/** As many as an int32 has. */
const SMALL_DIGITS_MAX = 10;
/** Where a text is that is not there. */
export const NOWHERE = -1;

/** A text as JSON has it between its quotes, read; as it is where it is no JSON. */
export function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}

/** What comes is not as it is usually written. */
export class UnusualError extends Error {
  override readonly name = "UnusualError";
}

/**
 * A place in a line of JSON that goes forward. It takes JSON without blanks, and does not judge what it passes over: each
 * step throws {@link UnusualError} when something else comes than it is for. The bytes stay the caller's.
 */
export class JsonBytes {
  readonly #line: Buffer;
  at = 0;
  /** The text that was found last, between its quotes. */
  from = NOWHERE;
  to = NOWHERE;
  /** The key that came last. */
  #keyFrom = 0;
  #keyTo = 0;

  constructor(line: Buffer) {
    this.#line = line;
  }

  /** Whether a map has a first entry; over its bracket, and over both when it has none. */
  beginsMap(): boolean {
    return this.#begins(MAP, MAP_END);
  }

  beginsList(): boolean {
    return this.#begins(LIST, LIST_END);
  }

  /** Whether another entry follows; over the comma, or over the bracket. */
  goesOnMap(): boolean {
    return this.#goesOn(MAP_END);
  }

  goesOnList(): boolean {
    return this.#goesOn(LIST_END);
  }

  /** A time in ns, as text or as number. */
  time(): number | undefined {
    const isText = this.#byte() === QUOTE;
    if (isText) this.at++;
    const from = this.at;
    while (isDigit(this.#byte())) this.at++;
    const to = this.at;
    if (to === from || to - from > DIGITS_MAX) throw new UnusualError();
    if (isText) this.#expect(QUOTE);
    const us =
      numberAt(this.#line, from, to - NS_DIGITS) + (numberAt(this.#line, to - NS_DIGITS, to) >= HALF_US ? 1 : 0);
    return us > 0 ? us / US_PER_MS : undefined;
  }

  /** A whole number of up to ten digits; 0 for the name of one. */
  smallNumber(): number {
    if (this.#byte() === QUOTE) {
      this.skip();
      return 0;
    }
    const from = this.at;
    while (isDigit(this.#byte())) this.at++;
    const next = this.#byte();
    if ((next !== COMMA && next !== MAP_END) || this.at - from > SMALL_DIGITS_MAX) throw new UnusualError();
    return numberAt(this.#line, from, this.at);
  }

  /** What JSON.parse makes of the value that comes. */
  parsed(): unknown {
    const from = this.at;
    this.skip();
    return JSON.parse(this.#line.toString("utf8", from, this.at));
  }

  /** Whether a map or a list has a first element; over its bracket, and over both when it has none. */
  #begins(begin: number, end: number): boolean {
    this.#expect(begin);
    if (this.#byte() !== end) return true;
    this.at++;
    return false;
  }

  /** Whether another element follows; over the comma, or over the bracket. */
  #goesOn(end: number): boolean {
    if (this.#byte() === COMMA) {
      this.at++;
      return true;
    }
    this.#expect(end);
    return false;
  }

  key(): void {
    this.#expect(QUOTE);
    this.#keyFrom = this.at;
    this.#endString();
    this.#keyTo = this.at - 1;
    this.#expect(COLON);
  }

  isKey(key: Buffer): boolean {
    return this.#keyTo - this.#keyFrom === key.length && isAt(this.#line, this.#keyFrom, key);
  }

  /** Finds a text. */
  string(): void {
    this.#expect(QUOTE);
    this.from = this.at;
    this.#endString();
    this.to = this.at - 1;
  }

  /** From within a text to behind its end. */
  #endString(): void {
    const line = this.#line;
    for (let at = this.at; at < line.length; at++) {
      const byte = line[at];
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) {
        this.at = at + 1;
        return;
      }
    }
    throw new UnusualError();
  }

  /** Over a value, whatever it is. */
  skip(): void {
    let depth = 0;
    do {
      const byte = this.#byte();
      this.at++;
      if (byte === QUOTE) this.#endString();
      else if (byte === MAP || byte === LIST) depth++;
      else if (byte === MAP_END || byte === LIST_END) depth--;
      else if (byte === 0) throw new UnusualError();
      else if (depth === 0) this.#endWord();
    } while (depth > 0);
  }

  /** From within a number or a word to its end. */
  #endWord(): void {
    for (let byte = this.#byte(); byte !== COMMA && byte !== MAP_END && byte !== LIST_END; byte = this.#byte()) {
      if (byte === 0) throw new UnusualError();
      this.at++;
    }
  }

  #expect(byte: number): void {
    if (this.#byte() !== byte) throw new UnusualError();
    this.at++;
  }

  /** 0 behind the end. */
  #byte(): number {
    return this.#line[this.at] ?? 0;
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Of digits; what is none counts nothing. */
function numberAt(line: Buffer, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const byte = line[at] ?? 0;
    if (isDigit(byte)) number = number * 10 + byte - ZERO;
  }
  return number;
}

/** Whether the line has `wanted` there. */
export function isAt(line: Buffer, from: number, wanted: Buffer): boolean {
  for (let at = 0; at < wanted.length; at++) if (line[from + at] !== wanted[at]) return false;
  return true;
}
