import { type LiveSeries, SERIES, type SeriesName } from "../../live/live-data.ts";

/** More than a screen has columns of pixels. Above, two buckets become one. */
const BUCKETS_MAX = 4000;

type Values = (number | null)[];

interface Columns {
  readonly min: Values;
  readonly mean: Values;
  readonly max: Values;
}

/** The series of a run in buckets of equal length, bounded whatever the length of the run. */
export class SeriesStore {
  firstMs = 0;
  bucketMs = 1000;
  cores: number | undefined;
  memoryBytes: number | undefined;
  /** Grows with each change. */
  version = 0;
  #columns = new Map<SeriesName, Columns>();
  #length = 0;
  /** How many samples the newest bucket has of each series, for its mean. */
  #newest = new Map<SeriesName, number>();
  /** When the newest sample was taken; undefined without any. */
  #lastMs: number | undefined;

  get length(): number {
    return this.#length;
  }

  get lastMs(): number | undefined {
    return this.#lastMs ?? (this.#length === 0 ? undefined : this.firstMs + this.#length * this.bucketMs);
  }

  /** Takes what the agent has in place of all that is here. */
  replace(series: LiveSeries): void {
    this.version++;
    this.firstMs = series.firstMs;
    this.bucketMs = Math.max(1, series.bucketMs);
    this.cores = series.cores;
    this.memoryBytes = series.memoryBytes;
    this.#columns = new Map();
    this.#newest = new Map();
    this.#lastMs = undefined;
    this.#length = 0;
    for (const name of SERIES) {
      const values = series.values[name];
      if (values === undefined) continue;
      this.#columns.set(name, { min: [...values.min], mean: [...values.mean], max: [...values.max] });
      this.#length = Math.max(this.#length, values.mean.length);
    }
    this.#shrink();
  }

  /** Adds one sample. One that is older than the newest bucket is left out. */
  add(atMs: number, values: Readonly<Partial<Record<SeriesName, number>>>): void {
    this.version++;
    if (this.#length === 0) this.firstMs = atMs;
    const bucket = Math.floor((atMs - this.firstMs) / this.bucketMs);
    // A clock that was set back, or forward by days: what is drawn stays.
    if (bucket < this.#length - 1 || bucket > this.#length + BUCKETS_MAX) return;
    this.#lastMs = atMs;
    if (bucket >= this.#length) {
      this.#length = bucket + 1;
      this.#newest.clear();
    }
    for (const name of SERIES) {
      const value = values[name];
      if (value !== undefined && Number.isFinite(value)) this.#put(name, bucket, value);
    }
    this.#shrink();
  }

  /** The middle of the bucket, in wall ms. */
  timeOf(bucket: number): number {
    return this.firstMs + (bucket + 0.5) * this.bucketMs;
  }

  bucketAt(ms: number): number {
    return Math.floor((ms - this.firstMs) / this.bucketMs);
  }

  /** Undefined when it was never measured. May be shorter than {@link length}. The caller changes nothing in it. */
  columns(name: SeriesName): Columns | undefined {
    return this.#columns.get(name);
  }

  #put(name: SeriesName, bucket: number, value: number): void {
    const columns = this.#columns.get(name) ?? { min: [], mean: [], max: [] };
    this.#columns.set(name, columns);
    for (const list of [columns.min, columns.mean, columns.max]) while (list.length <= bucket) list.push(null);
    // A bucket that came with the state counts as one sample.
    const count = this.#newest.get(name) ?? (columns.mean[bucket] === null ? 0 : 1);
    columns.mean[bucket] = ((columns.mean[bucket] ?? 0) * count + value) / (count + 1);
    columns.min[bucket] = Math.min(columns.min[bucket] ?? value, value);
    columns.max[bucket] = Math.max(columns.max[bucket] ?? value, value);
    this.#newest.set(name, count + 1);
  }

  #shrink(): void {
    while (this.#length > BUCKETS_MAX) {
      this.bucketMs *= 2;
      this.#length = Math.ceil(this.#length / 2);
      this.#newest.clear();
      for (const [name, { min, mean, max }] of this.#columns) {
        this.#columns.set(name, {
          min: halved(min, Math.min),
          mean: halved(mean, (a, b) => (a + b) / 2),
          max: halved(max, Math.max),
        });
      }
    }
  }
}

function halved(values: Values, join: (a: number, b: number) => number): Values {
  const half: Values = [];
  for (let at = 0; at < values.length; at += 2) {
    const a = values[at] ?? null;
    const b = values[at + 1] ?? null;
    half.push(a === null ? b : b === null ? a : join(a, b));
  }
  return half;
}
