import { printable } from "../../lib/printable.ts";

/** A piece of a text in one look. `style` is a list of classes, "" for the usual look. */
export interface Run {
  readonly text: string;
  readonly style: string;
}

/** Escape sequences: with parameters and a final letter (colours end in `m`), titles and links, and the short ones. */
const ESC = "\u001B";
const BELL = "\u0007";
const ESCAPE = new RegExp(
  String.raw`${ESC}(?:\[([\d;:]{0,64})[ -/]{0,4}([@-~])|\][^${BELL}${ESC}]{0,2048}(?:${BELL}|${ESC}\\)?|[@-Z\\^_])`,
  "g",
);

/** The text without colours and other escape sequences. */
export function withoutAnsi(text: string): string {
  return text.includes(ESC) ? text.replaceAll(ESCAPE, "") : text;
}

/**
 * The text in its colours, each piece printable: characters that are not seen or turn the direction of writing stand as
 * `\u202e`. Line ends are kept.
 */
export function ansiRuns(text: string): readonly Run[] {
  if (!text.includes(ESC)) return [{ text: shown(text), style: "" }];
  const runs: Run[] = [];
  let look: Look = PLAIN;
  let done = 0;
  const push = (end: number): void => {
    if (end > done) runs.push({ text: shown(text.slice(done, end)), style: styleOf(look) });
  };
  for (const match of text.matchAll(ESCAPE)) {
    push(match.index);
    done = match.index + match[0].length;
    if (match[2] === "m") look = nextLook(look, match[1] ?? "");
  }
  push(text.length);
  return runs;
}

/** Tabs as four spaces; line ends stay, and everything else that is not seen becomes visible. */
export function shown(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll("\t", "    ").split("\n").map(printable).join("\n");
}

/** As {@link shown}, cut, and in one line. */
export function shownInLine(text: string, maxChars: number): string {
  return `${shown(text.slice(0, maxChars)).replaceAll("\n", " ")}${text.length > maxChars ? "…" : ""}`;
}

interface Look {
  readonly colour: number | undefined;
  readonly bold: boolean;
  readonly faint: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
}

const PLAIN: Look = { colour: undefined, bold: false, faint: false, italic: false, underline: false };

/** Backgrounds are left out: with them no theme could promise that a text is readable. */
function nextLook(look: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = look;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) next = PLAIN;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, faint: true };
    else if (code === 3) next = { ...next, italic: true };
    else if (code === 4) next = { ...next, underline: true };
    else if (code === 22) next = { ...next, bold: false, faint: false };
    else if (code === 23) next = { ...next, italic: false };
    else if (code === 24) next = { ...next, underline: false };
    else if (code >= 30 && code <= 37) next = { ...next, colour: code - 30 };
    else if (code >= 90 && code <= 97) next = { ...next, colour: code - 90 + 8 };
    else if (code === 39) next = { ...next, colour: undefined };
    else if (code === 38 || code === 48) {
      const isIndexed = codes[at + 1] === 5;
      const colour = isIndexed
        ? indexed(codes[at + 2] ?? 7)
        : nearest(codes[at + 2] ?? 0, codes[at + 3] ?? 0, codes[at + 4] ?? 0);
      if (code === 38) next = { ...next, colour };
      at += isIndexed ? 2 : 4;
    }
  }
  return next;
}

/** One of the 16 for one of the 256. */
function indexed(index: number): number {
  if (index < 16) return index;
  if (index >= 232) return index < 244 ? 8 : 7;
  const cube = index - 16;
  const level = (step: number): number => (Math.floor(cube / step) % 6) * 51;
  return nearest(level(36), level(6), level(1));
}

/** One of the 16, whose contrast each theme promises, for any other: its hue is kept. */
function nearest(red: number, green: number, blue: number): number {
  const top = Math.max(red, green, blue);
  if (top - Math.min(red, green, blue) < 40) return top > 160 ? 15 : 8;
  const bit = (value: number, place: number): number => (value > top * 0.6 ? place : 0);
  return bit(red, 1) + bit(green, 2) + bit(blue, 4) + (top > 200 ? 8 : 0);
}

function styleOf({ colour, bold, faint, italic, underline }: Look): string {
  const styles: string[] = [];
  if (colour !== undefined) styles.push(`ansi-${colour}`);
  if (bold) styles.push("ansi-bold");
  if (faint) styles.push("ansi-faint");
  if (italic) styles.push("ansi-italic");
  if (underline) styles.push("ansi-underline");
  return styles.join(" ");
}
