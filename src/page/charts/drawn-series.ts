import type { SeriesName } from "../../live/live-data.ts";
import type { SeriesStore } from "../data/series-store.ts";

/** A point at each so many pixels. Nearer ones would draw a hatching. */
const POINT_EVERY_PX = 2.5;

type Values = (number | null)[];

/**
 * How many buckets become one point when `spanMs` is drawn so wide. A power of two, and groups begin at multiples of it:
 * so points stay where they are while a run grows.
 */
export function bucketsAPoint(store: SeriesStore, spanMs: number, widthPx: number): number {
  const points = Math.max(1, widthPx / POINT_EVERY_PX);
  const wanted = spanMs / store.bucketMs / points;
  return wanted <= 1 ? 1 : 2 ** Math.ceil(Math.log2(wanted));
}

/** The middle of each group, in wall ms. */
export function drawnTimes(store: SeriesStore, group: number): number[] {
  return Array.from(
    { length: Math.ceil(store.length / group) },
    (_, at) => store.firstMs + (at * group + group / 2) * store.bucketMs,
  );
}

/** A series with a point for each group: the mean of the means, the least and the most. */
export function drawnColumns(
  store: SeriesStore,
  name: SeriesName,
  group: number,
): { readonly min: Values; readonly mean: Values; readonly max: Values } {
  const columns = store.columns(name);
  const length = Math.ceil(store.length / group);
  const drawn = { min: empty(length), mean: empty(length), max: empty(length) };
  if (columns === undefined) return drawn;
  for (let at = 0; at < length; at++) {
    let sum = 0;
    let count = 0;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let bucket = at * group; bucket < (at + 1) * group; bucket++) {
      const mean = columns.mean[bucket];
      if (mean === null || mean === undefined) continue;
      sum += mean;
      count++;
      least = Math.min(least, columns.min[bucket] ?? mean);
      most = Math.max(most, columns.max[bucket] ?? mean);
    }
    if (count === 0) continue;
    drawn.mean[at] = sum / count;
    drawn.min[at] = least;
    drawn.max[at] = most;
  }
  return drawn;
}

function empty(length: number): Values {
  return Array.from({ length }, () => null);
}
