import { HostFile } from "./host-file.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { type Attributes, METRICS, type Metric, STALLS } from "./metrics.ts";
import type { Series } from "./series.ts";

const US_PER_MS = 1000;
const TOTAL = new TextEncoder().encode("total=");

const RESOURCES = [
  ["cpu", METRICS.cpuPressure],
  ["memory", METRICS.memoryPressure],
  ["io", METRICS.ioPressure],
] as const;

/** The files of pressure stall information of one place, see the kernel's `accounting/psi.rst`. */
export interface PressurePlace {
  readonly scope: Attributes;
  pathOf(resource: "cpu" | "memory" | "io"): string;
  /** Of the whole machine the kernel says that all threads never wait for a core at once: it does not know. */
  readonly isMachine: boolean;
}

/**
 * The pressure of one place: shares of the time between two readings, by the kernel's own sums in microseconds. They are
 * exact at any interval, where its averages are those of 10 seconds and more.
 */
export class Pressure {
  readonly #files: readonly PressureFile[];

  constructor(place: PressurePlace, batch: MetricsBatch) {
    this.#files = RESOURCES.map(([resource, metric]) => new PressureFile(resource, metric, place, batch));
  }

  /**
   * Shares since the last reading, so none at the first one. `nowMs` is monotonic, `timeMs` Unix time. Throws when a file
   * cannot be read; a kernel may have been built or started without them.
   */
  read(nowMs: number, timeMs: number): void {
    for (const file of this.#files) file.read(nowMs, timeMs);
  }

  /** What was read goes with the next line. Nothing may be read afterwards. */
  close(): void {
    for (const file of this.#files) file.close();
  }
}

class PressureFile {
  readonly #file: HostFile;
  readonly #some: Stall;
  readonly #full: Stall | undefined;

  constructor(resource: "cpu" | "memory" | "io", metric: Metric, place: PressurePlace, batch: MetricsBatch) {
    this.#file = new HostFile(place.pathOf(resource));
    this.#some = new Stall(batch.series(metric, { ...place.scope, ...STALLS.some }));
    const isKnown = resource !== "cpu" || !place.isMachine;
    this.#full = isKnown ? new Stall(batch.series(metric, { ...place.scope, ...STALLS.full })) : undefined;
  }

  read(nowMs: number, timeMs: number): void {
    const scanner = this.#file.read();
    this.#some.add(scanner.numberAfter(TOTAL), nowMs, timeMs);
    // Kernels before 5.13 have no such line for the CPU.
    if (scanner.nextLine()) this.#full?.add(scanner.numberAfter(TOTAL), nowMs, timeMs);
  }

  close(): void {
    this.#file.close();
    this.#some.series.end();
    this.#full?.series.end();
  }
}

class Stall {
  readonly series: Series;
  #lastUs = Number.NaN;
  #lastAtMs = 0;

  constructor(series: Series) {
    this.series = series;
  }

  add(totalUs: number, nowMs: number, timeMs: number): void {
    const passedMs = nowMs - this.#lastAtMs;
    const percent = (100 * (totalUs - this.#lastUs)) / US_PER_MS / passedMs;
    this.#lastUs = totalUs;
    this.#lastAtMs = nowMs;
    // The sum and our clock are not read at the same moment.
    if (passedMs > 0 && percent >= 0) this.series.add(timeMs, Math.min(100, percent));
  }
}
