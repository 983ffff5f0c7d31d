import type { Run } from "../page/text/ansi.ts";

/**
 * One row of a terminal, from left to right. Each piece has a text in which nothing moves a cursor, and a list of style
 * names of `ink.ts`.
 */
export type Line = readonly Run[];

export const EMPTY: Line = [];

/** A piece in the style; in the usual look without one. */
export function piece(text: string, style = ""): Run {
  return { text, style };
}

/** Columns of a terminal: most characters take one, those of Chinese two, accents none. */
export function widthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + Bun.stringWidth(text), 0);
}

/** The beginning of a text, at most so many columns. */
export function clip(text: string, columns: number): string {
  const start = Bun.sliceAnsi(text, 0, Math.max(0, columns));
  // A wide character that begins in the last column is among what Bun takes.
  return Bun.stringWidth(start) <= columns ? start : Bun.sliceAnsi(text, 0, Math.max(0, columns - 1));
}

/** At most `width` columns. What was cut ends in `…`. */
export function cut(line: Line, width: number): Line {
  if (widthOf(line) <= width) return line;
  const kept: Run[] = [];
  // The mark of the cut needs a column.
  let room = width - 1;
  for (const run of line) {
    const columns = Bun.stringWidth(run.text);
    if (columns <= room) {
      kept.push(run);
      room -= columns;
      continue;
    }
    kept.push({ ...run, text: `${clip(run.text, room)}…` });
    break;
  }
  return width > 0 ? kept : EMPTY;
}

/** Exactly `width` columns: cut, or filled up with blanks at its end. */
export function filled(line: Line, width: number): Line {
  const own = cut(line, width);
  const rest = width - widthOf(own);
  return rest > 0 ? [...own, piece(" ".repeat(rest))] : own;
}

/** `left` at the left end and `right` at the right end. `right` is whole as long as it fits, `left` is cut for it. */
export function spread(left: Line, right: Line, width: number): Line {
  const end = cut(right, width);
  if (end.length === 0) return filled(left, width);
  const room = width - widthOf(end) - 1;
  return room < 0 ? end : [...filled(left, room), piece(" "), ...end];
}

/** The two side by side, of equal height. */
export function beside(left: readonly Line[], right: readonly Line[], leftWidth: number): readonly Line[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => [
    ...filled(left[at] ?? EMPTY, leftWidth),
    piece(" "),
    ...(right[at] ?? EMPTY),
  ]);
}

/** Text of ours in lines of at most `width` columns, broken at blanks. */
export function wrapped(text: string, width: number, style = ""): readonly Line[] {
  return Bun.wrapAnsi(text, Math.max(1, width))
    .split("\n")
    .map((part) => [piece(part, style)]);
}
