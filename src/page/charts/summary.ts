import type { SeriesStore } from "../data/series-store.ts";
import type { TimeRange } from "../time/time-axis.ts";
import type { ChartLine } from "./chart-kinds.ts";

/** What a line says in a range of time, in numbers. Undefined where nothing was measured. */
export interface LineSummary {
  readonly label: string;
  readonly min?: number;
  readonly mean?: number;
  readonly max?: number;
  readonly maxAtMs?: number;
  readonly last?: number;
}

export function summaryOf({ label, series }: ChartLine, store: SeriesStore, { minMs, maxMs }: TimeRange): LineSummary {
  const columns = store.columns(series);
  if (columns === undefined) return { label };
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let maxAtMs = 0;
  let sum = 0;
  let count = 0;
  let last = 0;
  const end = Math.min(columns.mean.length, store.bucketAt(maxMs) + 1);
  for (let at = Math.max(0, store.bucketAt(minMs)); at < end; at++) {
    const mean = columns.mean[at];
    if (mean === null || mean === undefined) continue;
    const most = columns.max[at] ?? mean;
    if (most > max) {
      max = most;
      maxAtMs = store.timeOf(at);
    }
    min = Math.min(min, columns.min[at] ?? mean);
    sum += mean;
    count++;
    last = mean;
  }
  return count === 0 ? { label } : { label, min, max, maxAtMs, mean: sum / count, last };
}
