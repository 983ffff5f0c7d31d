/** What keeps a text from being JSON. Quotes nothing of it: what stands there may be a secret. */
export type JsonMistake =
  /** It is the beginning of JSON: whoever writes it may not be done. */
  | { readonly kind: "ends-early" }
  /** No text that follows could mend it. Both numbers count from 1. */
  | { readonly kind: "wrong"; readonly what: string; readonly line: number; readonly column: number };

/** What may come next: `}` and `]` end the innermost object or array where it is empty so far. */
type Next = "value" | "value or ]" | "key" | "key or }" | "colon" | "comma or end" | "nothing";

/** A mistake by its place in the text. */
class Wrong {
  readonly at: number;
  readonly what: string;

  constructor(at: number, what: string) {
    this.at = at;
    this.what = what;
  }
}

const EARLY = "ends early";
type Found = number | Wrong | typeof EARLY;

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const NUMBER_BEGUN = /^-?((0|[1-9]\d*)(\.(\d+([eE]([+-]?\d*))?)?|[eE]([+-]?\d*))?)?$/;
const LITERALS = ["true", "false", "null"];
const ESCAPED = '"\\/bfnrt';
const UNICODE_DIGITS = 4;

/** Reads `text` by RFC 8259 and finds the first mistake, or that it ends early. Undefined when it is JSON. */
export function jsonMistake(text: string): JsonMistake | undefined {
  const found = scan(text);
  if (typeof found === "number") return undefined;
  if (found === EARLY) return { kind: "ends-early" };
  const before = text.slice(0, found.at).split(/\r\n|\n|\r/);
  return { kind: "wrong", what: found.what, line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** Nesting is kept in a list: a file of brackets alone must not exhaust the stack. */
function scan(text: string): Found {
  const open: string[] = [];
  let next: Next = "value";
  let commaAt = 0;
  let at = skipSpace(text, 0);
  for (; at < text.length; at = skipSpace(text, at)) {
    const char = text[at] ?? "";
    if (next === "nothing") return new Wrong(at, "something behind the end");
    if (char === "}" || char === "]") {
      const mayEnd = next === "comma or end" || next.endsWith(` or ${char}`);
      if (open.at(-1) !== char || !mayEnd) {
        const isBehindComma = commaAt > 0 && skipSpace(text, commaAt) === at;
        return isBehindComma ? new Wrong(commaAt - 1, "a comma with nothing behind it") : new Wrong(at, whatIs(char));
      }
      open.pop();
      at++;
      next = open.length === 0 ? "nothing" : "comma or end";
    } else if (next === "comma or end") {
      if (char !== ",") return new Wrong(at, whatIs(char));
      commaAt = ++at;
      next = open.at(-1) === "}" ? "key" : "value";
    } else if (next === "colon") {
      if (char !== ":") return new Wrong(at, whatIs(char));
      at++;
      next = "value";
    } else if (next.startsWith("key")) {
      const end: Found = char === '"' ? stringEnd(text, at) : new Wrong(at, whatIs(char));
      if (typeof end !== "number") return end;
      at = end;
      next = "colon";
    } else if (char === "{" || char === "[") {
      open.push(char === "{" ? "}" : "]");
      at++;
      next = char === "{" ? "key or }" : "value or ]";
    } else {
      const end = scalarEnd(text, at);
      if (typeof end !== "number") return end;
      at = end;
      next = open.length === 0 ? "nothing" : "comma or end";
    }
  }
  return next === "nothing" ? at : EARLY;
}

function scalarEnd(text: string, at: number): Found {
  const char = text[at] ?? "";
  if (char === '"') return stringEnd(text, at);
  const isNumber = /[-\d]/.test(char);
  const end = skip(text, at, isNumber ? /[-+.\dA-Za-z]/ : /[A-Za-z]/);
  const word = text.slice(at, end);
  if (end === at) return new Wrong(at, whatIs(char));
  if (isNumber ? NUMBER.test(word) : LITERALS.includes(word)) return end;
  const isBegun = isNumber ? NUMBER_BEGUN.test(word) : LITERALS.some((literal) => literal.startsWith(word));
  if (isBegun && end === text.length) return EARLY;
  return new Wrong(at, isNumber ? "a number that is none of JSON" : "a word without quotes");
}

/** The place behind the string that begins at `at`. */
function stringEnd(text: string, at: number): Found {
  for (let place = at + 1; place < text.length; place++) {
    const char = text[place] ?? "";
    if (char === '"') return place + 1;
    if (char < " ") return new Wrong(place, "a line end or another control character in a string");
    if (char !== "\\") continue;
    place++;
    const escaped = text[place];
    if (escaped === undefined) return EARLY;
    if (ESCAPED.includes(escaped)) continue;
    const digits = text.slice(place + 1, place + 1 + UNICODE_DIGITS);
    if (escaped !== "u" || !/^[\da-fA-F]*$/.test(digits)) return new Wrong(place - 1, "an escape that is none of JSON");
    if (digits.length < UNICODE_DIGITS) return EARLY;
    place += UNICODE_DIGITS;
  }
  return EARLY;
}

/** Our words for what is where something else should be. */
function whatIs(char: string): string {
  if (char === "'") return "a single quote, JSON has double ones";
  if (char === "/" || char === "#") return "a comment, JSON has none";
  if (char === "\0") return "a NUL byte";
  if (/[A-Za-z_$]/.test(char)) return "a word without quotes";
  if (char === ",") return "a comma with nothing before it";
  return "something out of place";
}

function skipSpace(text: string, from: number): number {
  return skip(text, from, /[ \t\n\r]/);
}

function skip(text: string, from: number, what: RegExp): number {
  let at = from;
  while (at < text.length && what.test(text[at] ?? "")) at++;
  return at;
}
