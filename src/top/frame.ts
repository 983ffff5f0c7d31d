/** Control sequences of terminals (xterm's ctlseqs). All of the others that we use are colours. */
const CSI = "\u001B[";

/** The second screen, which keeps the first as it is, and no cursor. */
export const ENTER_SCREEN = `${CSI}?1049h${CSI}?25l`;
export const LEAVE_SCREEN = `${CSI}0m${CSI}?25h${CSI}?1049l`;

/** What is between them appears at once, where the terminal knows that (mode 2026), so that nothing flickers. */
const BEGIN = `${CSI}?2026h`;
const END = `${CSI}?2026l`;
/** A row that a terminal takes for wider than we do is cut there, and does not run over the next one. */
const WRAP_OFF = `${CSI}?7l`;
const WRAP_ON = `${CSI}?7h`;
const CLEAR_SCREEN = `${CSI}2J`;
const CLEAR_REST = `${CSI}K`;

/**
 * What turns the screen with the rows `before` into one with the rows `next`: only the rows that differ. Empty when none
 * does. Without `before`, the screen is cleared first.
 */
export function frameOf(next: readonly string[], before?: readonly string[]): string {
  const rows = next.flatMap((row, at) =>
    before !== undefined && before[at] === row ? [] : [`${CSI}${at + 1};1H${row}${CLEAR_REST}`],
  );
  if (rows.length === 0) return "";
  return [BEGIN, WRAP_OFF, before === undefined ? CLEAR_SCREEN : "", ...rows, WRAP_ON, END].join("");
}
