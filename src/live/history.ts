import type { HostReading } from "../stats/host-reading.ts";
import { told } from "./decimated-series.ts";
import { EventList } from "./event-list.ts";
import { type LiveSeries, SERIES, type SeriesName } from "./live-data.ts";
import { RunSeries } from "./run-series.ts";

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
  "pressure.memory_full": "pressureMemoryFull",
  "pressure.io": "pressureIo",
} as const satisfies Readonly<Record<SeriesName, keyof HostReading>>;

/** The host over the whole run in memory of constant size, and the events of the run. */
export class History {
  readonly events = new EventList();
  readonly #series: RunSeries;
  readonly #firstBucketMs: number;
  #lastMs = Number.NaN;

  /** @param intervalMs between two readings. */
  constructor(intervalMs = FIRST_BUCKET_MS / 2) {
    this.#firstBucketMs = Math.max(FIRST_BUCKET_MS, 2 * intervalMs);
    this.#series = new RunSeries(this.#firstBucketMs);
  }

  get rows(): RunSeries["rows"] {
    return this.#series.rows;
  }

  /** Wall time in ms of the first bucket; NaN before the first reading. */
  get firstMs(): number {
    return this.#series.firstMs;
  }

  /** Of the newest reading. */
  get lastMs(): number {
    return this.#lastMs;
  }

  get bucketMs(): number {
    return this.#series.bucketMs;
  }

  /** Buckets in use. */
  get buckets(): number {
    return this.#series.buckets;
  }

  /** Never throws. After a clock that was set back, or far ahead, the history begins anew. */
  add(reading: HostReading): void {
    const { atMs } = reading;
    if (!(atMs >= this.firstMs && atMs - this.#lastMs <= GAP_MAX_MS)) this.#series.begin(atMs, this.#firstBucketMs);
    const bucket = this.#series.bucketAt(atMs);
    for (const { name, series } of this.rows) series.add(bucket, reading[FIELDS[name]]);
    this.#lastMs = atMs;
  }

  /** Goes on from what was saved: the caller has read the rows. */
  restore({ lastMs, ...from }: Readonly<Record<"firstMs" | "lastMs" | "bucketMs" | "buckets", number>>): void {
    this.#series.restore(from);
    this.#lastMs = lastMs;
  }

  /** As it is told. */
  series(): LiveSeries {
    return this.#series.told();
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
