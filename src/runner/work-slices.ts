import { sleep } from "../lib/sleep.ts";

/** How long a piece of work may hold up the requests of others, and what they get in between. */
const SLICE_MS = 4;
const PAUSE_MS = 4;

/** Divides long work on the one thread into slices. */
export class WorkSlices {
  #endMs = 0;

  /** Work begins: the first slice does, too. */
  begin(): void {
    this.#endMs = performance.now() + SLICE_MS;
  }

  /** Whether it is time to {@link pause}. */
  get isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Call it between two steps: it waits a moment when a slice is over. */
  async pause(): Promise<void> {
    if (!this.isOver) return;
    await sleep(PAUSE_MS);
    this.begin();
  }
}
