/** Requests, or bytes of bodies, between two quick collections: each takes half a millisecond. */
const QUICK_AFTER_REQUESTS = 1024;
const QUICK_AFTER_BYTES = 16 * 1024 * 1024;
/** Between two full ones, which stop everything for some 10 ms. */
const FULL_EVERY_MS = 5000;
/** What has outlived so few quick ones is not worth a full one: under a light load those would be a twentieth of all work. */
const FULL_AFTER_QUICK = 8;
/** Requests that have waited outlive quick collections. What is left of each, some 4 KiB, is found by a full one only. */
const FULL_AFTER_WAITED = 8192;

/**
 * Tells the garbage collector when there is something to collect. The mapped rings count as memory of JavaScript, 128
 * MiB when all are full, which makes it wait until the garbage is as large: under load that took 150 MB more.
 */
export class Garbage {
  #requests = 0;
  #bytes = 0;
  #quick = 0;
  #waited = 0;
  #fullAtMs: number;
  readonly #collect: (isFull: boolean) => void;
  readonly #nowMs: () => number;

  /** `nowMs` is monotonic. */
  constructor(collect: (isFull: boolean) => void = Bun.gc, nowMs: () => number = () => performance.now()) {
    this.#collect = collect;
    this.#nowMs = nowMs;
    this.#fullAtMs = nowMs();
  }

  /** A request has to wait for its turn. */
  addWaiting(): void {
    this.#waited++;
  }

  /** So much was left: by a body, each time that it is looked at, or by a request that was not taken. */
  add(bytes: number): void {
    this.#requests++;
    this.#bytes += bytes;
    if (this.#requests < QUICK_AFTER_REQUESTS && this.#bytes < QUICK_AFTER_BYTES) return;
    this.#requests = 0;
    this.#bytes = 0;
    // What has outlived a quick collection is found by a full one only.
    const isDue = ++this.#quick >= FULL_AFTER_QUICK && this.#nowMs() - this.#fullAtMs >= FULL_EVERY_MS;
    const isFull = isDue || this.#waited >= FULL_AFTER_WAITED;
    if (isFull) {
      this.#quick = 0;
      this.#waited = 0;
      this.#fullAtMs = this.#nowMs();
    }
    this.#collect(isFull);
  }
}
