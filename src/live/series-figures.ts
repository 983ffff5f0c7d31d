import type { LiveSeries, SeriesName } from "./live-data.ts";

/** What a series says of a part of the time. */
export interface Figures {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** Of the buckets that begin before `toMs` and end after `fromMs`. Undefined where nothing was measured. */
export function figuresOf(series: LiveSeries, name: SeriesName, fromMs: number, toMs: number): Figures | undefined {
  const { min: mins, mean: means, max: maxs } = series.values[name] ?? {};
  let [min, max, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  const [from, to] = bucketsBetween(series, fromMs, toMs);
  for (let at = from; at < to; at++) {
    const mean = means?.[at];
    if (mean === null || mean === undefined) continue;
    min = Math.min(min, mins?.[at] ?? mean);
    max = Math.max(max, maxs?.[at] ?? mean);
    sum += mean;
    count++;
  }
  return count === 0 ? undefined : { min, mean: sum / count, max };
}

/** The first of these buckets, and the one after the last. They may lie outside what was measured. */
export function bucketsBetween(
  { firstMs, bucketMs }: Pick<LiveSeries, "firstMs" | "bucketMs">,
  fromMs: number,
  toMs: number,
): readonly [from: number, to: number] {
  return [Math.max(0, Math.floor((fromMs - firstMs) / bucketMs)), Math.ceil((toMs - firstMs) / bucketMs)];
}
