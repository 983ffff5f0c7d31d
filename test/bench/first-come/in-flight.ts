/** For the executable that serves whoever comes first, in the place of `src/http/in-flight.ts`: bytes are taken or refused. */
import type { CutReason } from "../../../src/http/arrival.ts";
import { ByteBudget } from "../../../src/lib/byte-budget.ts";

export const PIECE_MAX_BYTES = 1024 * 1024;
// For the text of a refusal that does not come.
export const STEP_BYTES = 64 * 1024;
export const STEP_MAX_MS = 8000;

interface Held {
  bytes: number;
  isArriving: boolean;
}

export class InFlight {
  readonly #budget: ByteBudget;
  arriving = 0;

  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#budget = new ByteBudget(maxBytes);
  }

  get usedBytes(): number {
    return this.#budget.usedBytes;
  }

  begin(_isOwn: boolean, length: number | undefined, onCut: (reason: CutReason) => void): Held {
    this.arriving++;
    const held = { bytes: 0, isArriving: true };
    if (length !== undefined && !this.take(held, length)) {
      this.end(held);
      onCut("in-flight-full");
    }
    return held;
  }

  take(held: Held, bytes: number): boolean {
    if (!this.#budget.tryTake(bytes)) return false;
    held.bytes += bytes;
    return true;
  }

  isArriving({ isArriving }: Held): boolean {
    return isArriving;
  }

  end(held: Held): void {
    if (held.isArriving) this.arriving--;
    held.isArriving = false;
  }

  wait(): void {
    // Nobody is cut off for others.
  }

  free(held: Held): void {
    this.end(held);
    this.#budget.free(held.bytes);
    held.bytes = 0;
  }

  close(): void {
    // Nothing runs by itself.
  }
}
