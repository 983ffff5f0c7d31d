/**
 * A text as its bytes, each with the characters of the text that it stands for. Texts of other programs quote things
 * in many ways; in one of its views a text holds them plainly.
 */
export interface TextView {
  /** One character a byte of UTF-8 (latin1). Line ends and other control characters are left out. */
  readonly bytes: string;
  /** For each byte where its characters begin in the text, and where they end. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** `%2525` was encoded three times; nobody does it more often. */
const DECODINGS_MAX = 3;

/** As `%41`, `\u0041`, `\x41`, `\"` and `&quot;` or `&#65;`. A backslash escape of a control character is left out too. */
const ENCODED =
  /%([\da-f]{2})|\\u([\da-f]{4})|\\x([\da-f]{2})|\\(["'\\/])|\\[nrtbf0]|&(?:(amp|lt|gt|quot|apos)|#(\d{1,6})|#x([\da-f]{1,5}));/gi;
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The text as it is, then with what is encoded in it decoded, once and again, as long as that changes anything. */
export function viewsOf(text: string): readonly TextView[] {
  const views = [plainView(text)];
  for (let view = views[0]; view !== undefined && views.length <= DECODINGS_MAX;) {
    view = decoded(view);
    if (view !== undefined) views.push(view);
  }
  return views;
}

/** The text as it is. */
export function plainView(text: string): TextView {
  const view = new ViewBuilder();
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at) ?? 0;
    const end = at + (code > 0xffff ? 2 : 1);
    view.add(code, at, end);
    at = end;
  }
  return view.build();
}

/** Undefined when nothing in it is encoded. */
function decoded({ bytes, from, to }: TextView): TextView | undefined {
  const view = new ViewBuilder();
  let done = 0;
  const copyUntil = (end: number): void => {
    for (; done < end; done++) view.addByte(bytes.charCodeAt(done), from[done] ?? 0, to[done] ?? 0);
  };
  for (const match of bytes.matchAll(ENCODED)) {
    copyUntil(match.index);
    done += match[0].length;
    const [, percent, unicode, hex, char, name, decimal, hexadecimal] = match;
    const byte = percent ?? hex;
    const place = [from[match.index] ?? 0, to[done - 1] ?? 0] as const;
    if (byte !== undefined) view.addByte(Number.parseInt(byte, 16), ...place);
    else if (unicode !== undefined) view.add(Number.parseInt(unicode, 16), ...place);
    else if (decimal !== undefined) view.add(Number(decimal), ...place);
    else if (hexadecimal !== undefined) view.add(Number.parseInt(hexadecimal, 16), ...place);
    else view.add((char ?? NAMED[name?.toLowerCase() ?? ""] ?? "\n").charCodeAt(0), ...place);
  }
  if (done === 0) return undefined;
  copyUntil(bytes.length);
  return view.build();
}

class ViewBuilder {
  readonly #bytes: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  /** A character as its bytes in UTF-8. */
  add(code: number, from: number, to: number): void {
    if (code < 0x80) return this.addByte(code, from, to);
    if (code > 0x10ffff) return;
    for (const byte of Buffer.from(String.fromCodePoint(code))) this.addByte(byte, from, to);
  }

  addByte(byte: number, from: number, to: number): void {
    if (byte < 0x20 || byte === 0x7f) return;
    this.#bytes.push(byte);
    this.#from.push(from);
    this.#to.push(to);
  }

  build(): TextView {
    return { bytes: Buffer.from(this.#bytes).toString("latin1"), from: this.#from, to: this.#to };
  }
}
