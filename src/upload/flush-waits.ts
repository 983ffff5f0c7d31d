/** What became of a flush. */
export interface Flushed {
  /** Of the lines that were held at the call, those that are not stored yet, over all streams. */
  readonly linesLeft: number;
}

interface FlushWait {
  readonly linesLeft: () => number;
  readonly end: () => void;
}

/** Who waits for the end of a flush. */
export class FlushWaits {
  readonly #waits = new Set<FlushWait>();

  /** Resolves when `linesLeft` has come to 0, when `abort` fires, or at {@link endAll}; says what is left then. */
  async until(linesLeft: () => number, abort: AbortSignal | undefined): Promise<Flushed> {
    const { promise, resolve } = Promise.withResolvers<Flushed>();
    const wait: FlushWait = { linesLeft, end: () => resolve({ linesLeft: linesLeft() }) };
    this.#waits.add(wait);
    abort?.addEventListener("abort", wait.end, { once: true });
    const flushed = await promise;
    abort?.removeEventListener("abort", wait.end);
    this.#waits.delete(wait);
    return flushed;
  }

  /** Something was stored: those whose lines are all stored have waited enough. */
  readonly look = (): void => {
    for (const { linesLeft, end } of this.#waits) if (linesLeft() === 0) end();
  };

  /** Nothing is stored any more. */
  endAll(): void {
    for (const { end } of this.#waits) end();
  }
}
