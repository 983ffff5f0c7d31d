import type { Batch } from "../pipeline.ts";

/**
 * Names with an attempt whose object may stand without our knowing, because its answer was lost. Where the
 * bytes tell nothing, or not enough, only an object of such a name is our own.
 */
export class SentNames {
  readonly #names = new Set<string>();

  /** Call it when an attempt begins. True when an earlier one, of this run or of the last, may have been stored. */
  begin({ name, wasSent }: Batch): boolean {
    const mayStand = wasSent || this.#names.has(name);
    this.#names.add(name);
    return mayStand;
  }

  /** What became of the attempts is known: nothing was stored, or the batch will not be sent by this name again. */
  settle(name: string): void {
    this.#names.delete(name);
  }
}
