import { HEADER_BYTES } from "./layout.ts";
import type { RingMemory } from "./ring-memory.ts";

/** What a ring that keeps up uses: an object, and what comes in while it is on its way. A multiple of any page. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** So many bytes are used between two times that pages are given back: to bring them in again takes 0.3 ms a MiB. */
const RELEASE_EVERY_BYTES = 4 * 1024 * 1024;
/** A batch that is on its way so long has a slow store, and the lines behind it wait longer still. */
const SLOW_MS = 250;

/**
 * Takes what lies behind the first 8 MiB of a ring out of this process's memory while its store is slow or away, and
 * when a burst has been sent. The lines stay in the file's page cache, where the kernel may write them to the disk and
 * use the memory: what waits does not weigh on the job.
 */
export class ResidentPages {
  readonly #memory: RingMemory;
  #usedBytes = 0;
  /** When the batch under way was sealed. */
  #sealedAtMs: number | undefined;

  /** `isSealed`: an earlier run has sealed a batch that is not stored yet. */
  constructor(memory: RingMemory, isSealed: boolean) {
    this.#memory = memory;
    if (isSealed) this.onSeal();
  }

  /** Call it for each line that was put in. */
  onPut(bytes: number): void {
    this.#usedBytes += bytes;
    if (this.#usedBytes >= RELEASE_EVERY_BYTES && this.#isStoreSlow()) this.#release();
  }

  onSeal(): void {
    this.#sealedAtMs = performance.now();
  }

  /** Call it when the batch under way was stored, so that its pages are needed no more. */
  onStored(bytes: number, isEmpty: boolean): void {
    this.#usedBytes += bytes;
    if (this.#usedBytes >= RELEASE_EVERY_BYTES && (isEmpty || this.#isStoreSlow())) this.#release();
    this.#sealedAtMs = undefined;
  }

  #isStoreSlow(): boolean {
    return this.#sealedAtMs !== undefined && performance.now() - this.#sealedAtMs > SLOW_MS;
  }

  #release(): void {
    this.#usedBytes = 0;
    this.#memory.releasePages(HEADER_BYTES + KEPT_BYTES);
  }
}
