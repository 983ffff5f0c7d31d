/**
 * What is read a second, over all files, counted as records where these are longer; many times what a busy runner
 * writes. After a quiet time more of it at once. Beyond it the files wait their turn.
 */
const READ_MAX_BYTES_PER_S = 4 * 1024 * 1024;
const BURST_MAX_BYTES = 2 * READ_MAX_BYTES_PER_S;
/** A backlog of so many seconds counts as too fast. */
const TOO_FAST_MS = 10_000;

/** How much may be read in one round, and whether that has been too little for long. Times are monotonic ms. */
export class ReadingBudget {
  #paidUntil = BURST_MAX_BYTES;
  #paidAtMs: number;
  #waitingFiles = 0;
  #waitingSinceMs: number | undefined;

  constructor(nowMs: number) {
    this.#paidAtMs = nowMs;
  }

  /** Up to which cost this round may read, given what all of them have cost so far. */
  until(costBytes: number, nowMs: number): number {
    const leftBytes = this.#paidUntil - costBytes;
    const earnedBytes = ((nowMs - this.#paidAtMs) / 1000) * READ_MAX_BYTES_PER_S;
    this.#paidAtMs = nowMs;
    this.#paidUntil = costBytes + Math.min(BURST_MAX_BYTES, leftBytes + earnedBytes);
    return this.#paidUntil;
  }

  /** So many files could not be read to their ends, because the round was used up. */
  noteWaiting(files: number, nowMs: number): void {
    this.#waitingFiles = files;
    this.#waitingSinceMs = files === 0 ? undefined : (this.#waitingSinceMs ?? nowMs);
  }

  /** Files that wait, if some have waited long. */
  filesTooFast(nowMs: number): number {
    return this.#waitingSinceMs !== undefined && nowMs - this.#waitingSinceMs > TOO_FAST_MS ? this.#waitingFiles : 0;
  }
}
