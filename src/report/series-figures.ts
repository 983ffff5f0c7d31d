import type { LiveSeries, SeriesName } from "../live/live-data.ts";

/** What a series says of a part of the time. */
export interface Figures {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** Of the buckets that begin before `toMs` and end after `fromMs`. Undefined where nothing was measured. */
export function figuresOf(
  { firstMs, bucketMs, values }: LiveSeries,
  name: SeriesName,
  fromMs: number,
  toMs: number,
): Figures | undefined {
  const series = values[name];
  if (series === undefined) return undefined;
  let [min, max, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  const end = Math.min(series.mean.length, Math.ceil((toMs - firstMs) / bucketMs));
  for (let at = Math.max(0, Math.floor((fromMs - firstMs) / bucketMs)); at < end; at++) {
    const mean = series.mean[at];
    if (mean === null || mean === undefined) continue;
    min = Math.min(min, series.min[at] ?? mean);
    max = Math.max(max, series.max[at] ?? mean);
    sum += mean;
    count++;
  }
  return count === 0 ? undefined : { min, mean: sum / count, max };
}
