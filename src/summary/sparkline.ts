import { block, EIGHTHS } from "../lib/blocks.ts";
import type { LiveSeries, SeriesName } from "../live/live-data.ts";
import { figuresOf } from "../live/series-figures.ts";

const COLUMNS_MAX = 48;

/** The means of a share over a part of the time, a cell for each piece of it. What was not measured leaves a gap. */
export function sparkline(series: LiveSeries, name: SeriesName, fromMs: number, toMs: number): string {
  const pieces = Math.ceil((toMs - fromMs) / series.bucketMs);
  const columns = Math.min(COLUMNS_MAX, Math.max(1, pieces));
  const columnMs = (toMs - fromMs) / columns;
  return Array.from({ length: columns }, (_, at) => {
    const mean = figuresOf(series, name, fromMs + at * columnMs, fromMs + (at + 1) * columnMs)?.mean;
    // What was measured is always seen, also 0.
    return block(mean === undefined ? 0 : Math.max(1, Math.round(mean * EIGHTHS)));
  }).join("");
}
