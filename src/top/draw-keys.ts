import { shownInLine } from "../page/text/ansi.ts";
import { clip, cut, EMPTY, type Line, piece, widthOf, wrapped } from "./line.ts";
import { PARTS, type View } from "./view.ts";

type Hint = readonly [key: string, word: string];

/** The keys that work, always on the screen, with as many words as there is room for. */
export function keyLine(view: View, columns: number): Line {
  if (view.draft !== undefined) return draftLine(view.draft, columns);
  const all = hintsOf(view);
  const few = fewHints(view);
  const keys = few.map(([key]) => key).join(" ");
  const lines = [hintLine(all, "  "), hintLine(all, " "), hintLine(few, "  "), hintLine(few.slice(0, -1), " ")];
  return lines.find((line) => widthOf(line) <= columns) ?? [piece(clip(keys, columns), "strong")];
}

function hintLine(hints: readonly Hint[], gap: string): Line {
  return hints.flatMap(([key, word], at) => [
    piece(at === 0 ? "" : gap),
    piece(key, "strong"),
    piece(` ${word}`, "quiet"),
  ]);
}

function hintsOf(view: View): readonly Hint[] {
  if (view.isHelp)
    return [
      ["q", "quit"],
      ["any key", "back"],
    ];
  const parts = PARTS.map((part, at): Hint => [String(at + 1), part === view.large ? "overview" : part]);
  return [...commonHints(view), ["Tab", "next"], ...parts, ["?", "help"]];
}

/** The last of them is the first that is left out. */
function fewHints(view: View): readonly Hint[] {
  return [...commonHints(view), ["?", "help"], ["1-4", "parts"]];
}

function commonHints({ isPaused, filter }: View): readonly Hint[] {
  return [
    ["q", "quit"],
    ["p", isPaused ? "go on" : "pause"],
    ["/", "filter"],
    ...(filter === "" ? [] : [["Esc", "all lines"] as const]),
  ];
}

/** The end of what is typed is always seen. */
function draftLine(draft: string, columns: number): Line {
  let end = shownInLine(draft, Number.POSITIVE_INFINITY);
  while (end !== "" && Bun.stringWidth(end) > columns - 2) end = end.replace(/^./su, "");
  const hint = piece("  Enter keeps it, Esc leaves it", "quiet");
  return cut([piece("/", "strong"), piece(end), piece(" ", "turned"), hint], columns);
}

const HELP: readonly (readonly [keys: string, what: string])[] = [
  ["q, Ctrl-C", "ends it and leaves the terminal as it was"],
  ["Tab, 1 to 4", "shows one part large: the steps, the machine, the delivery, the log; again, or 0: all of them"],
  ["p, Space", "stands still; what comes meanwhile waits"],
  ["/", "shows only the log lines that have a text in them; Esc shows all"],
  ["↑ ↓ PgUp PgDn Home End", "moves through what is shown large, or through the log"],
  ["Ctrl-Z", "goes to the shell; fg comes back"],
  ["━ and blocks", "steps and charts on one time axis; ◆ is an event; ░ is the most where a block is the mean"],
  ["✓ ✗ ▶ ⊘ →", "a step that succeeded, failed, runs, was cancelled, was skipped"],
];

/** What the keys and the signs mean. */
export function helpLines(columns: number): readonly Line[] {
  const width = columns < 60 ? 0 : 24;
  return [
    [piece("Keys and signs", "strong")],
    EMPTY,
    ...HELP.flatMap(([keys, what]): Line[] => {
      if (width === 0) return [[piece(keys, "strong")], ...wrapped(`  ${what}`, columns)];
      const [first = EMPTY, ...rest] = wrapped(what, columns - width);
      return [
        [piece(keys.padEnd(width), "strong"), ...first],
        ...rest.map((line) => [piece(" ".repeat(width)), ...line]),
      ];
    }),
  ].map((line) => cut(line, columns));
}
