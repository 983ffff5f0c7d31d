/**
 * The bytes that may be in memory at once for one purpose. `tryTake` is for callers that can refuse, `take` for callers
 * that can wait. Waiters are served in order.
 */
export class ByteBudget {
  readonly maxBytes: number;
  #usedBytes = 0;
  #waiters: { readonly bytes: number; readonly wake: () => void }[] = [];

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Takes `bytes` if they are free now and `keptBytes` stay free. Give them back with {@link free}. */
  tryTake(bytes: number, keptBytes = 0): boolean {
    if (!(bytes >= 0)) throw new RangeError(`Cannot take ${bytes} bytes: a number of bytes wanted`);
    if (this.#usedBytes + bytes + keptBytes > this.maxBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  /**
   * Waits for `bytes`; more than the whole budget is taken as the whole. Resolves to the function that gives them back
   * (safe to call twice), or to undefined when `abort` fires first.
   */
  async take(bytes: number, abort: AbortSignal): Promise<(() => void) | undefined> {
    const wanted = Math.min(bytes, this.maxBytes);
    const isFree = this.#waiters.length === 0 && this.tryTake(wanted);
    if (!isFree && !(await this.#turn(wanted, abort))) return undefined;
    let isHeld = true;
    return () => {
      if (isHeld) this.free(wanted);
      isHeld = false;
    };
  }

  free(bytes: number): void {
    this.#usedBytes -= bytes;
    for (let next = this.#waiters[0]; next !== undefined && this.tryTake(next.bytes); next = this.#waiters[0]) {
      this.#waiters.shift();
      next.wake();
    }
  }

  /** Resolves to true when the bytes have been taken for this waiter, to false when `abort` fired. */
  #turn(bytes: number, abort: AbortSignal): Promise<boolean> {
    if (abort.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter = {
        bytes,
        wake: () => {
          abort.removeEventListener("abort", leave);
          resolve(true);
        },
      };
      const leave = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        resolve(false);
      };
      abort.addEventListener("abort", leave, { once: true });
      this.#waiters.push(waiter);
    });
  }
}
