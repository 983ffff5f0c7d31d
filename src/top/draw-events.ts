import { clockText } from "../lib/quantities.ts";
import { eventName, eventText } from "../page/views/event-text.ts";
import { cut, EMPTY, type Line, piece } from "./line.ts";
import type { Seen } from "./seen.ts";

const NONE = "No events. Kills for want of memory, full disks, spot notices and restarts stand here.";

/** The newest events, the newest first. */
export function eventLines({ state }: Seen, columns: number): readonly Line[] {
  if (state.events.length === 0) return [cut([piece(NONE, "quiet")], columns)];
  return state.events.toReversed().map((event) => {
    const name = eventName(event);
    const text = eventText(event).replaceAll("\n", " ").slice(name.length);
    return cut(
      [
        piece(`${clockText(event.atMs)} `, "quiet"),
        piece("◆ ", `severity-${event.severity}`),
        piece(name, `severity-${event.severity}`),
        text === "" ? piece("") : piece(text),
      ],
      columns,
    );
  });
}

/** A heading for a list below it. */
export function headingLine(title: string, note: string): Line {
  return note === "" ? [piece(title, "strong")] : [piece(title, "strong"), piece(`  ${note}`, "quiet")];
}

/** Exactly `rows` lines: cut at the end, or filled up with empty ones. */
export function exactly(lines: readonly Line[], rows: number): readonly Line[] {
  return Array.from({ length: Math.max(0, rows) }, (_, at) => lines[at] ?? EMPTY);
}
