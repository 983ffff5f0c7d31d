import { wholeRun } from "../page/time/whole-run.ts";
import { exactly } from "./draw-events.ts";
import { healthLine } from "./draw-health.ts";
import { helpLines, keyLine } from "./draw-keys.ts";
import { largeLines } from "./draw-large.ts";
import { overviewLines } from "./draw-overview.ts";
import type { Drawing } from "./draw-steps.ts";
import { cut, type Line } from "./line.ts";
import type { Seen, Size } from "./seen.ts";
import { TimeScale } from "./time-scale.ts";
import type { View } from "./view.ts";
import { widthsOf } from "./widths.ts";

export interface Screen {
  /** As many as there are rows, none of them wider than the screen. */
  readonly lines: readonly Line[];
  /** How far one can scroll in it. */
  readonly scrollMax: number;
}

/** The whole screen: health above, the keys below, between them what was chosen. Never throws for a state of the agent. */
export function screenOf(seen: Seen, view: View, size: Size): Screen {
  const { columns, rows } = size;
  const head = rows >= 2 ? [healthLine(seen, view, columns)] : [];
  const middle = { columns, rows: Math.max(0, rows - head.length - 1) };
  const { lines, scrollMax } = middleOf(seen, view, middle);
  const all = [...head, ...exactly(lines, middle.rows), keyLine(view, columns)];
  return { lines: exactly(all, rows).map((line) => cut(line, columns)), scrollMax };
}

/** Health and the overview, without keys, for what is no terminal: so many rows as there is something to say. */
export function pictureOf(seen: Seen, view: View, size: Size): readonly Line[] {
  const { columns, rows } = size;
  const { lines } = middleOf(seen, view, { columns, rows: rows - 1 });
  return [healthLine(seen, view, columns), ...lines].map((line) => cut(line, columns));
}

function middleOf(seen: Seen, view: View, size: Size): Screen {
  if (view.isHelp) return { lines: helpLines(size.columns), scrollMax: 0 };
  const drawing = drawingOf(seen, size.columns);
  return view.large === undefined
    ? overviewLines(seen, view, size, drawing)
    : largeLines(view.large, seen, view, size, drawing);
}

function drawingOf({ data, nowMs }: Seen, columns: number): Drawing {
  const widths = widthsOf(columns);
  const range = wholeRun(data, nowMs) ?? { minMs: nowMs, maxMs: nowMs };
  return { widths, columns, scale: new TimeScale(data.series, range, widths.plot) };
}
