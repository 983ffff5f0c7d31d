import type { RingMemory } from "./ring-memory.ts";

/** What a ring that keeps up uses: one object, and what arrives during its upload. A multiple of any page size. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** Pages are given back after this many bytes. To load them again takes 0.3 ms a MiB. */
const RELEASE_EVERY_BYTES = 4 * 1024 * 1024;
/** A store that has taken nothing for this long is slow or away, so lines will wait. */
const SLOW_MS = 250;

/**
 * Takes all but the first 8 MiB of a ring file out of the memory of this process while the store is slow or away, and
 * after a burst. The lines stay in the page cache. Once they are on the disk, the kernel may use that memory for the job.
 *
 * Measured with full rings in a cgroup whose memory.max of 192 MiB is charged for the page cache, too: a job beside the
 * agent had to read 744 blocks again, and 1,148 without this. In smaller cgroups there was no clear difference.
 */
export class ResidentPages {
  readonly #memory: RingMemory;
  readonly #nowMs: () => number;
  #usedBytes = 0;
  /** Since when the store has had something to take; undefined while there is nothing for it. */
  #askedAtMs: number | undefined;

  /** `nowMs` is monotonic. */
  constructor(memory: RingMemory, nowMs: () => number) {
    this.#memory = memory;
    this.#nowMs = nowMs;
    // An earlier run may have left a batch, and the destination may not be known yet.
    this.onSeal();
  }

  /** Call it for each line that was put in. */
  onPut(bytes: number): void {
    this.#usedBytes += bytes;
    if (this.#usedBytes >= RELEASE_EVERY_BYTES && this.#isStoreSlow()) this.#release();
  }

  onSeal(): void {
    this.#askedAtMs = this.#nowMs();
  }

  /** Call it when a batch was stored: its pages are no longer needed. `isQuiet`: hardly more is held. */
  onStored(bytes: number, isQuiet: boolean): void {
    this.#usedBytes += bytes;
    if (this.#usedBytes >= RELEASE_EVERY_BYTES && (isQuiet || this.#isStoreSlow())) this.#release();
    this.#askedAtMs = undefined;
  }

  #isStoreSlow(): boolean {
    return this.#askedAtMs !== undefined && this.#nowMs() - this.#askedAtMs > SLOW_MS;
  }

  #release(): void {
    this.#usedBytes = 0;
    this.#memory.releasePages(KEPT_BYTES);
  }
}
