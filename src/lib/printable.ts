/**
 * Characters that move the cursor, end the line, turn the direction of writing or are not seen: with them a text could
 * pass itself off as other lines of the log, or as other words.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with `\n` and `\u202e` in place of such characters. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, escaped);
}

/** As {@link printable}, but for the line ends: for texts that have several lines of ours. */
export function printableLines(text: string): string {
  return text.replaceAll(UNPRINTABLE, (char) => (char === "\n" ? char : escaped(char)));
}

/** As {@link printable}, cut with a mark when more than `maxChars` are left. */
export function printableStart(text: string, maxChars: number): string {
  const shown = printable(text);
  return shown.length <= maxChars ? shown : `${shown.slice(0, maxChars - 1).toWellFormed()}…`;
}

function escaped(char: string): string {
  const short = JSON.stringify(char).slice(1, -1);
  if (short.startsWith("\\")) return short;
  return Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join(
    "",
  );
}
