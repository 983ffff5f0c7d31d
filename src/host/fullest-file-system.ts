import type { FileSystems } from "./file-systems.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { FILE_SYSTEM_STATE, METRICS, MOUNT_POINT } from "./metrics.ts";
import type { Series } from "./series.ts";
import { TimeToFull } from "./time-to-full.ts";

interface SeriesOfMount {
  readonly mountPoint: string;
  readonly percent: Series;
  readonly used: Series;
  readonly free: Series;
  readonly timeToFull: Series;
}

/** What is told of the fullest file system. Another one may be the fullest from one reading to the next. */
export class FullestFileSystem {
  readonly #batch: MetricsBatch;
  readonly #timeToFull = new TimeToFull();
  #series: SeriesOfMount | undefined;

  constructor(batch: MetricsBatch) {
    this.#batch = batch;
  }

  /** `found` has just found one. `nowMs` is monotonic, `timeMs` Unix time. */
  add(found: FileSystems, nowMs: number, timeMs: number): void {
    const series = this.#seriesOf(found.mountPoint);
    const { usedBytes, freeBytes } = found;
    series.percent.add(timeMs, found.percent);
    series.used.add(timeMs, usedBytes);
    series.free.add(timeMs, freeBytes);
    const seconds = this.#timeToFull.read(nowMs, usedBytes, freeBytes);
    if (!Number.isNaN(seconds)) series.timeToFull.add(timeMs, seconds);
  }

  #seriesOf(mountPoint: string): SeriesOfMount {
    if (this.#series?.mountPoint === mountPoint) return this.#series;
    for (const series of Object.values(this.#series ?? {})) if (typeof series === "object") series.end();
    this.#timeToFull.reset();
    const at = { [MOUNT_POINT]: mountPoint };
    const usage = (state: string): Series =>
      this.#batch.series(METRICS.fileSystemUsage, { ...at, [FILE_SYSTEM_STATE]: state });
    this.#series = {
      mountPoint,
      percent: this.#batch.series(METRICS.fileSystem, at),
      used: usage("used"),
      free: usage("free"),
      timeToFull: this.#batch.series(METRICS.timeToFull, at),
    };
    return this.#series;
  }
}
