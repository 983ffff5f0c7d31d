import type { HostReading } from "../stats/host-reading.ts";
import { BUCKETS, DecimatedSeries, told } from "./decimated-series.ts";
import { EventList } from "./event-list.ts";
import { type LiveSeries, type LiveValues, SERIES, type SeriesName } from "./live-data.ts";

/** Of a reading each second, so that every bucket has one, however late it came. */
export const FIRST_BUCKET_MS = 2000;
/** No run pauses so long: the clock was set, and what is older has another time. */
export const GAP_MAX_MS = 24 * 60 * 60 * 1000;

/** Where each series is in a reading. */
const FIELDS = {
  "cpu.mean": "cpuMean",
  "cpu.busiest": "cpuBusiest",
  "cpu.iowait": "cpuIowait",
  "memory.used": "memoryUsed",
  "disk.used": "diskUsed",
  "network.receive": "networkReceive",
  "network.transmit": "networkTransmit",
  "pressure.cpu": "pressureCpu",
  "pressure.memory": "pressureMemory",
  "pressure.io": "pressureIo",
} as const satisfies Readonly<Record<SeriesName, keyof HostReading>>;

interface Row {
  readonly name: SeriesName;
  readonly field: (typeof FIELDS)[SeriesName];
  readonly series: DecimatedSeries;
}

/**
 * The host over the whole run in memory of constant size, and the events of the run. When the buckets are full, two and two
 * become one, and their length doubles.
 */
export class History {
  readonly events = new EventList();
  readonly rows: readonly Row[] = SERIES.map((name) => ({ name, field: FIELDS[name], series: new DecimatedSeries() }));
  readonly #firstBucketMs: number;
  #bucketMs: number;
  /** Wall time in ms of the first bucket; NaN before the first reading. */
  #firstMs = Number.NaN;
  #lastMs = Number.NaN;
  #buckets = 0;

  /** @param intervalMs between two readings. */
  constructor(intervalMs = FIRST_BUCKET_MS / 2) {
    this.#firstBucketMs = Math.max(FIRST_BUCKET_MS, 2 * intervalMs);
    this.#bucketMs = this.#firstBucketMs;
  }

  get firstMs(): number {
    return this.#firstMs;
  }

  /** Of the newest reading. */
  get lastMs(): number {
    return this.#lastMs;
  }

  get bucketMs(): number {
    return this.#bucketMs;
  }

  /** Buckets in use. */
  get buckets(): number {
    return this.#buckets;
  }

  /** Never throws. After a clock that was set back, or far ahead, the history begins anew. */
  add(reading: HostReading): void {
    const { atMs } = reading;
    if (!(atMs >= this.#firstMs && atMs - this.#lastMs <= GAP_MAX_MS)) this.#begin(atMs);
    while (atMs - this.#firstMs >= BUCKETS * this.#bucketMs) this.#merge();
    const bucket = Math.floor((atMs - this.#firstMs) / this.#bucketMs);
    for (const { field, series } of this.rows) series.add(bucket, reading[field]);
    this.#buckets = Math.max(this.#buckets, bucket + 1);
    this.#lastMs = atMs;
  }

  /** Goes on from what was saved: the caller has read the rows. */
  restore(from: {
    readonly firstMs: number;
    readonly lastMs: number;
    readonly bucketMs: number;
    readonly buckets: number;
  }): void {
    this.#firstMs = from.firstMs;
    this.#lastMs = from.lastMs;
    this.#bucketMs = from.bucketMs;
    this.#buckets = from.buckets;
  }

  /** As it is told. */
  series(): LiveSeries {
    const values: Partial<Record<SeriesName, LiveValues>> = {};
    for (const { name, series } of this.rows) {
      const own = series.values(this.#buckets);
      if (own !== undefined) values[name] = own;
    }
    return { firstMs: this.#buckets === 0 ? 0 : this.#firstMs, bucketMs: this.#bucketMs, values };
  }

  #begin(atMs: number): void {
    for (const { series } of this.rows) series.clear();
    this.#firstMs = atMs;
    this.#lastMs = atMs;
    this.#bucketMs = this.#firstBucketMs;
    this.#buckets = 0;
  }

  #merge(): void {
    for (const { series } of this.rows) series.merge();
    this.#bucketMs *= 2;
    this.#buckets = Math.ceil(this.#buckets / 2);
  }
}

/** One reading, as a message tells it. */
export function sampleOf(reading: HostReading): Partial<Record<SeriesName, number>> {
  const values: Partial<Record<SeriesName, number>> = {};
  for (const name of SERIES) {
    const value = reading[FIELDS[name]];
    if (!Number.isNaN(value)) values[name] = told(value);
  }
  return values;
}
