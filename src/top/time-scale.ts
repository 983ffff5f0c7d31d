import type { SeriesName } from "../live/live-data.ts";
import { drawnColumns } from "../page/charts/drawn-series.ts";
import type { SeriesStore } from "../page/data/series-store.ts";
import type { TimeRange } from "../page/time/time-axis.ts";

type Values = readonly (number | null)[];

/** A value for each column of the terminal; null where nothing was measured. */
export interface ChartColumns {
  readonly mean: Values;
  readonly max: Values;
}

/**
 * Which column of a terminal is which time. Steps and charts share one. A column is a whole number of buckets, so that
 * what is drawn stays where it is while the run grows; all moves when the run has outgrown the width.
 */
export class TimeScale {
  readonly columns: number;
  readonly columnMs: number;
  readonly firstMs: number;
  readonly #store: SeriesStore;
  readonly #bucketsAColumn: number;

  constructor(store: SeriesStore, { minMs, maxMs }: TimeRange, columns: number) {
    this.#store = store;
    this.columns = Math.max(1, columns);
    const origin = store.length > 0 ? store.firstMs : minMs;
    // One column less than there are: columns begin with buckets, so the run may begin within one.
    const spanMs = Math.max(1, maxMs - minMs);
    this.#bucketsAColumn = Math.max(1, Math.ceil(spanMs / store.bucketMs / Math.max(1, this.columns - 1)));
    this.columnMs = this.#bucketsAColumn * store.bucketMs;
    this.firstMs = origin - Math.ceil(Math.max(0, origin - minMs) / this.columnMs) * this.columnMs;
  }

  get range(): TimeRange {
    return { minMs: this.firstMs, maxMs: this.firstMs + this.columns * this.columnMs };
  }

  /** May be outside of what is seen. */
  columnAt(ms: number): number {
    return Math.floor((ms - this.firstMs) / this.columnMs);
  }

  /** A series as it is drawn. */
  valuesOf(name: SeriesName): ChartColumns {
    const { mean, max } = drawnColumns(this.#store, name, this.#bucketsAColumn);
    const offset = Math.round((this.#store.firstMs - this.firstMs) / this.columnMs);
    const placed = (values: Values): Values =>
      Array.from({ length: this.columns }, (_, column) => values[column - offset] ?? null);
    return { mean: placed(mean), max: placed(max) };
  }
}
