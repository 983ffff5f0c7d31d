import type { RingMemory } from "./ring-memory.ts";

/** What a ring that keeps up uses: an object, and what comes in while it is on its way. A multiple of any page. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** So many bytes are used between two times that pages are given back: to bring them in again takes 0.3 ms a MiB. */
const RELEASE_EVERY_BYTES = 4 * 1024 * 1024;
/** A store that has taken nothing for so long is slow, or away, and lines wait longer still. */
const SLOW_MS = 250;

/**
 * Takes what lies behind the first 8 MiB of a ring file out of this process's memory while the store is slow or away,
 * and when a burst has been sent. The lines stay in the file's page cache, where the kernel may use the memory once they
 * are on the disk: what waits does not weigh on the job.
 */
export class ResidentPages {
  readonly #memory: RingMemory;
  readonly #nowMs: () => number;
  #usedBytes = 0;
  /** Since when the store has been asked, or awaited; undefined while there is nothing for it. */
  #askedAtMs: number | undefined;

  /** `nowMs` is monotonic. */
  constructor(memory: RingMemory, nowMs: () => number = () => performance.now()) {
    this.#memory = memory;
    this.#nowMs = nowMs;
    // It may not be known yet where to send, and an earlier run may have left a batch.
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

  /** Call it when the batch under way was stored, so that its pages are needed no more. `isQuiet`: hardly more is held. */
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
