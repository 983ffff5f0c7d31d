/** Arrays kept for the next large body: one in use and one arriving is what a sender or two need. */
const SPARE_MAX = 2;
/** How long they are kept after the last one came back: a burst is over sooner, and idle memory must be small. */
const SPARE_KEEP_MS = 5000;

/**
 * The arrays that large bodies are read into, used again and again. Left to itself Bun gathers a large body in an array
 * that it doubles, and the garbage of 10 MB bodies piles up: 520 MB at the peak, 170 with these.
 */
export class LargeBodies {
  #spare: ArrayBuffer[] = [];
  #drop: Timer | undefined;

  /** An array of `bytes` bytes with any content. Give its memory back with {@link give} when nothing refers to it. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const index = this.#spare.findIndex((buffer) => buffer.byteLength >= bytes);
    const [found] = index < 0 ? [] : this.#spare.splice(index, 1);
    return new Uint8Array(found ?? new ArrayBuffer(bytes), 0, bytes);
  }

  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    this.#spare.push(buffer);
    if (this.#spare.length > SPARE_MAX) this.#spare.shift();
    clearTimeout(this.#drop);
    this.#drop = setTimeout(() => (this.#spare = []), SPARE_KEEP_MS);
    this.#drop.unref();
  }
}
