/** What somebody has pressed: a character, or one of these by name. */
export type Key = { readonly kind: "text"; readonly text: string } | { readonly kind: KeyName };
export type KeyName = (typeof KEY_NAMES)[number];

const KEY_NAMES = [
  "enter",
  "escape",
  "tab",
  "back-tab",
  "backspace",
  "up",
  "down",
  "page-up",
  "page-down",
  "home",
  "end",
  "interrupt",
  "suspend",
] as const;

/** What terminals send for keys that are no characters, in raw mode. */
const SEQUENCES: ReadonlyMap<string, KeyName> = new Map([
  ["\r", "enter"],
  ["\n", "enter"],
  ["\u001B", "escape"],
  ["\t", "tab"],
  ["\u001B[Z", "back-tab"],
  ["\u007F", "backspace"],
  ["\b", "backspace"],
  ["\u001B[A", "up"],
  ["\u001BOA", "up"],
  ["\u001B[B", "down"],
  ["\u001BOB", "down"],
  ["\u001B[5~", "page-up"],
  ["\u001B[6~", "page-down"],
  ["\u001B[H", "home"],
  ["\u001BOH", "home"],
  ["\u001B[1~", "home"],
  ["\u001B[F", "end"],
  ["\u001BOF", "end"],
  ["\u001B[4~", "end"],
  ["\u0003", "interrupt"],
  ["\u0004", "interrupt"],
  ["\u001A", "suspend"],
]);

/** A sequence with a final letter, one with a single letter, or one character. */
// oxlint-disable-next-line no-control-regex -- Escape is what a key begins with.
const TOKEN = /\u001B\[[\d;?]*[ -/]*[@-~]|\u001BO[ -~]|[\s\S]/gu;

/** The keys in what a terminal has sent at once. Sequences that are not known are left out. */
export function keysIn(input: string): readonly Key[] {
  return [...input.matchAll(TOKEN)].flatMap(([token]): Key[] => {
    const kind = SEQUENCES.get(token);
    if (kind !== undefined) return [{ kind }];
    const isText = !/^\p{Cc}/u.test(token);
    return isText ? [{ kind: "text", text: token }] : [];
  });
}
