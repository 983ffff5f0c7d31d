import type { LiveValues } from "./live-data.ts";

/** Two for each pixel of a narrow screen, and even: two and two become one. */
export const BUCKETS = 720;
/** Shares are told to a hundredth of a percent, and what is larger than ten as whole numbers. */
const SMALL_MAX = 10;
const SMALL_STEPS = 10_000;

/** The values of one series in {@link BUCKETS} buckets of equal length, of which each keeps minimum, mean and maximum. */
export class DecimatedSeries {
  readonly #min = new Float32Array(BUCKETS);
  readonly #max = new Float32Array(BUCKETS);
  readonly #counts = new Uint32Array(BUCKETS);
  readonly #sums = new Float64Array(BUCKETS);

  /** Their memory, for {@link write} and {@link read}. Every machine that this program runs on has the least byte first. */
  readonly #columns = [this.#min, this.#max, this.#counts, this.#sums].map(({ buffer, BYTES_PER_ELEMENT }) => ({
    bytes: new Uint8Array(buffer),
    size: BYTES_PER_ELEMENT,
  }));

  /** Bytes that {@link write} fills for so many buckets. */
  static byteLength(buckets: number): number {
    const { BYTES_PER_ELEMENT: float } = Float32Array;
    return buckets * (2 * float + Uint32Array.BYTES_PER_ELEMENT + Float64Array.BYTES_PER_ELEMENT);
  }

  /** `bucket` is one of 0 to BUCKETS - 1. NaN is no value. */
  add(bucket: number, value: number): void {
    if (Number.isNaN(value)) return;
    const isFirst = this.#counts[bucket] === 0;
    this.#min[bucket] = isFirst ? value : Math.min(value, this.#min[bucket] ?? value);
    this.#max[bucket] = isFirst ? value : Math.max(value, this.#max[bucket] ?? value);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sums[bucket] = (this.#sums[bucket] ?? 0) + value;
  }

  /** Makes one bucket of each two neighbours: the second half is empty afterwards. */
  merge(): void {
    for (let at = 0; at < BUCKETS / 2; at++) {
      const [one, other] = [2 * at, 2 * at + 1];
      const [count = 0, otherCount = 0] = [this.#counts[one], this.#counts[other]];
      const lesser = Math.min(this.#min[one] ?? 0, this.#min[other] ?? 0);
      const greater = Math.max(this.#max[one] ?? 0, this.#max[other] ?? 0);
      const only = otherCount === 0 ? one : other;
      const hasBoth = count > 0 && otherCount > 0;
      this.#min[at] = hasBoth ? lesser : (this.#min[only] ?? 0);
      this.#max[at] = hasBoth ? greater : (this.#max[only] ?? 0);
      this.#counts[at] = count + otherCount;
      this.#sums[at] = (this.#sums[one] ?? 0) + (this.#sums[other] ?? 0);
    }
    this.#clear(BUCKETS / 2);
  }

  clear(): void {
    this.#clear(0);
  }

  /** The first `buckets`, as they are told. Undefined when there is no value in them. */
  values(buckets: number): LiveValues | undefined {
    const [min, mean, max]: [(number | null)[], (number | null)[], (number | null)[]] = [[], [], []];
    let hasAny = false;
    for (let at = 0; at < buckets; at++) {
      const count = this.#counts[at] ?? 0;
      hasAny ||= count > 0;
      min.push(count === 0 ? null : told(this.#min[at] ?? 0));
      mean.push(count === 0 ? null : told((this.#sums[at] ?? 0) / count));
      max.push(count === 0 ? null : told(this.#max[at] ?? 0));
    }
    return hasAny ? { min, mean, max } : undefined;
  }

  /** Writes the first `buckets` into `to` at `offset`. */
  write(to: Uint8Array, offset: number, buckets: number): void {
    let at = offset;
    for (const { bytes, size } of this.#columns) {
      to.set(bytes.subarray(0, buckets * size), at);
      at += buckets * size;
    }
  }

  /** Takes over what {@link write} has written. */
  read(from: Uint8Array, offset: number, buckets: number): void {
    let at = offset;
    for (const { bytes, size } of this.#columns) {
      bytes.set(from.subarray(at, at + buckets * size));
      at += buckets * size;
    }
  }

  #clear(from: number): void {
    this.#counts.fill(0, from);
    this.#sums.fill(0, from);
  }
}

/** A number for JSON, without the digits that nobody draws. */
export function told(value: number): number {
  return value < SMALL_MAX ? Math.round(value * SMALL_STEPS) / SMALL_STEPS : Math.round(value);
}
