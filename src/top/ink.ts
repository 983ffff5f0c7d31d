import type { Line } from "./line.ts";

/** `weights`: bold, faint and turned, without colours, as `NO_COLOR` asks. `plain`: nothing but the text. */
export type Look = "colours" | "weights" | "plain";

/** The parameters of SGR (ECMA-48 8.3.117) of each style that is no colour. */
const WEIGHTS: Readonly<Record<string, string>> = {
  strong: "1",
  quiet: "2",
  turned: "7",
  "ansi-bold": "1",
  "ansi-faint": "2",
  "ansi-italic": "3",
  "ansi-underline": "4",
};

/** Colours of the terminal's own theme, which its owner can read on its background, be it dark or light. */
const COLOURS: Readonly<Record<string, string>> = {
  good: "32",
  bad: "31",
  warn: "33",
  info: "36",
  fatal: "35",
  "line-1": "36",
  "line-2": "33",
  "line-3": "32",
  "severity-debug": "90",
  "severity-info": "36",
  "severity-warn": "33",
  "severity-error": "31",
  "severity-fatal": "35",
  ...Object.fromEntries(Array.from({ length: 16 }, (_, colour) => [`ansi-${colour}`, ansiColour(colour)])),
};

/** Black on black and white on white are not seen, so black is grey, and white is the colour of the usual text. */
function ansiColour(colour: number): string {
  if (colour === 0) return "90";
  if (colour === 7 || colour === 15) return "39";
  return String(colour < 8 ? 30 + colour : 90 + colour - 8);
}

/** The line as it is written to a terminal. Ends in the usual look. */
export function inked(line: Line, look: Look): string {
  return line
    .map(({ text, style }) => {
      const codes = look === "plain" || style === "" ? [] : style.split(" ").flatMap((name) => codesOf(name, look));
      return codes.length === 0 || text === "" ? text : `\u001B[${codes.join(";")}m${text}\u001B[0m`;
    })
    .join("");
}

function codesOf(name: string, look: Look): readonly string[] {
  const code = WEIGHTS[name] ?? (look === "colours" ? COLOURS[name] : undefined);
  return code === undefined ? [] : [code];
}
