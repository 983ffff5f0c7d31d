import { shownInLine } from "../page/text/ansi.ts";
import { clockText, durationText } from "../lib/quantities.ts";
import { EMPTY, type Line, piece, spread, wrapped } from "./line.ts";
import { type Seen, TEXT_MAX_CHARS } from "./seen.ts";
import type { View } from "./view.ts";

const LOOKS = {
  healthy: { sign: "✓", word: "Healthy", style: "good" },
  degraded: { sign: "!", word: "Degraded", style: "warn" },
  unhealthy: { sign: "✗", word: "Unhealthy", style: "bad" },
} as const;
const UNKNOWN = { sign: "?", word: "Unknown", style: "warn" } as const;

/** Whether the agent is well, whether what is seen is of now, and where it delivers to. */
export function healthLine({ state, nowMs, wallMs, data, lostReason }: Seen, view: View, columns: number): Line {
  const { health, version, startedAtMs, destination } = state;
  const { sign, word, style } = LOOKS[health.status] ?? UNKNOWN;
  const about = [
    `warp-telemetry ${shownInLine(version, TEXT_MAX_CHARS)}`,
    `up ${durationText(nowMs - startedAtMs)}`,
    destination === null ? "delivers nowhere" : shownInLine(destination, TEXT_MAX_CHARS),
  ];
  const left = [piece(`${sign} ${word}`, `strong ${style}`), piece(`  ${about.join(" · ")}`, "quiet")];
  const { connection } = data;
  const time = piece(clockText(wallMs), "quiet");
  if (connection.kind === "lost") {
    const text = `not connected since ${clockText(connection.sinceMs)}, tries again: ${lostReason ?? "no answer"}`;
    return spread([piece(text, "strong bad turned")], [time], columns);
  }
  return spread(left, [...(view.isPaused ? [piece(" PAUSED ", "strong turned"), piece(" ")] : []), time], columns);
}

/** Each part that is not healthy: its reason, and what to do. */
export function problemLines({ state }: Seen, columns: number): readonly Line[] {
  return state.health.problems.flatMap(({ part, reason, remedy }) => {
    const what = `${shownInLine(part, TEXT_MAX_CHARS)}: ${shownInLine(reason, TEXT_MAX_CHARS)}`;
    return [
      ...wrapped(what, columns - 2, "warn").map((line, at) => [piece(at === 0 ? "! " : "  ", "warn"), ...line]),
      ...(remedy === undefined
        ? []
        : wrapped(shownInLine(remedy, TEXT_MAX_CHARS), columns - 4).map((line, at) => [
            piece(at === 0 ? "  → " : "    ", "quiet"),
            ...line,
          ])),
    ];
  });
}

/** The first `rows` of lines; the last one says that there are more. */
export function firstRows(lines: readonly Line[], rows: number): readonly Line[] {
  const more = lines.length - rows;
  if (more <= 0 || rows <= 0) return lines.slice(0, Math.max(0, rows));
  const last = lines[rows - 1] ?? EMPTY;
  return [...lines.slice(0, rows - 1), [...last, piece(" …", "quiet")]];
}
