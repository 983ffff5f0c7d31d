import { BUCKETS, DecimatedSeries } from "./decimated-series.ts";
import { type LiveSeries, type LiveValues, SERIES, type SeriesName } from "./live-data.ts";

interface Row {
  readonly name: SeriesName;
  readonly series: DecimatedSeries;
}

/**
 * All series of a run, on one time axis, in memory of constant size. When the buckets are full, two and two become one, and
 * their length doubles. Values may come in any order, but none before the first bucket.
 */
export class RunSeries {
  readonly rows: readonly Row[] = SERIES.map((name) => ({ name, series: new DecimatedSeries() }));
  readonly #byName: ReadonlyMap<SeriesName, DecimatedSeries> = new Map(
    this.rows.map(({ name, series }) => [name, series]),
  );
  /** Wall time in ms of the first bucket; NaN before {@link begin}. */
  #firstMs = Number.NaN;
  #bucketMs: number;
  #buckets = 0;

  /** @param bucketMs of the first buckets. */
  constructor(bucketMs: number) {
    this.#bucketMs = bucketMs;
  }

  get firstMs(): number {
    return this.#firstMs;
  }

  get bucketMs(): number {
    return this.#bucketMs;
  }

  /** Buckets in use. */
  get buckets(): number {
    return this.#buckets;
  }

  /** Empty, and from `firstMs` on. */
  begin(firstMs: number, bucketMs: number): void {
    for (const { series } of this.rows) series.clear();
    this.restore({ firstMs, bucketMs, buckets: 0 });
  }

  /** Goes on from what was saved: the caller has read the rows. */
  restore({ firstMs, bucketMs, buckets }: Readonly<Record<"firstMs" | "bucketMs" | "buckets", number>>): void {
    this.#firstMs = firstMs;
    this.#bucketMs = bucketMs;
    this.#buckets = buckets;
  }

  /** The bucket of `atMs`, which is not before the first: it is in use from now on. */
  bucketAt(atMs: number): number {
    while (atMs - this.#firstMs >= BUCKETS * this.#bucketMs) this.#merge();
    const bucket = Math.floor((atMs - this.#firstMs) / this.#bucketMs);
    this.#buckets = Math.max(this.#buckets, bucket + 1);
    return bucket;
  }

  /** Takes a value of `name`. One from before the first bucket is passed over. */
  add(name: SeriesName, atMs: number, value: number): void {
    if (atMs >= this.#firstMs) this.#byName.get(name)?.add(this.bucketAt(atMs), value);
  }

  /** As they are told. */
  told(): LiveSeries {
    const values: Partial<Record<SeriesName, LiveValues>> = {};
    for (const { name, series } of this.rows) {
      const own = series.values(this.#buckets);
      if (own !== undefined) values[name] = own;
    }
    return { firstMs: this.#buckets === 0 ? 0 : this.#firstMs, bucketMs: this.#bucketMs, values };
  }

  #merge(): void {
    for (const { series } of this.rows) series.merge();
    this.#bucketMs *= 2;
    this.#buckets = Math.ceil(this.#buckets / 2);
  }
}
