import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import type { PartHealth } from "../pipeline.ts";
import type { Group } from "../stats/metric.ts";

/** What is read, and what is measured by it. */
const PURPOSES = {
  cpu: "the CPU",
  memory: "the memory",
  network: "the network",
  mounts: "the file systems",
  processes: "the processes",
} as const;

export type Source = keyof typeof PURPOSES;

const REMEDY =
  "Let the agent see /proc and /sys (a systemd unit needs ProcSubset=all), or run with --no-collector, which measures nothing";

const log = logOf("host");

/** Which sources can be read and which cannot. A change is logged once. */
export class Sources {
  readonly #errors = new Map<Source, number>();
  /** Those that failed the last time, and why. */
  readonly #failing = new Map<Source, string>();

  /** Reads one source. An error that `read` throws is counted, logged when it is new, and goes no further. */
  attempt(source: Source, read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#errors.set(source, (this.#errors.get(source) ?? 0) + 1);
      const reason = errorText(error);
      if (!this.#failing.has(source)) log.warn(`Cannot measure ${PURPOSES[source]}`, { reason });
      this.#failing.set(source, reason);
      return;
    }
    if (this.#failing.delete(source)) log.info(`Measuring ${PURPOSES[source]} again`);
  }

  /** Never worse than degraded: everything else works without it. */
  health(): PartHealth {
    const [first] = this.#failing;
    if (first === undefined) return { status: "healthy" };
    const [source, reason] = first;
    return { status: "degraded", reason: `Cannot measure ${PURPOSES[source]}: ${reason}`, remedy: REMEDY };
  }

  /** Failed attempts by source; those that never failed are left out. */
  errors(): Group {
    return Object.fromEntries(this.#errors);
  }
}
