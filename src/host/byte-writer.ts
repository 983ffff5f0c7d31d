const ZERO = 0x30;
const POINT = 0x2e;
const FIRST_BYTES = 8 * 1024;
/** Of the largest whole number, 2^53. */
const DIGITS_MAX = 16;

/** Writes text piece by piece into a buffer that is used again and again, so that it makes no garbage. */
export class ByteWriter {
  #buffer = new Uint8Array(FIRST_BYTES);
  #length = 0;
  readonly #digits = new Uint8Array(DIGITS_MAX);

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = byte;
  }

  /** A whole number from 0 to 2^53. */
  integer(value: number): void {
    let count = 0;
    for (let rest = value; count === 0 || rest > 0; rest = Math.floor(rest / 10)) {
      this.#digits[count++] = ZERO + (rest % 10);
    }
    this.#reserve(count);
    while (count > 0) this.#buffer[this.#length++] = this.#digits[--count] ?? ZERO;
  }

  /** A number from 0 to 2^53 / 1000, or a whole one to 2^53. Rounded to thousandths. */
  decimal(value: number): void {
    if (Number.isInteger(value)) return this.integer(value);
    const thousandths = Math.round(value * 1000);
    this.integer(Math.floor(thousandths / 1000));
    const rest = thousandths % 1000;
    if (rest === 0) return;
    this.byte(POINT);
    this.byte(ZERO + Math.floor(rest / 100));
    if (rest % 100 === 0) return;
    this.byte(ZERO + (Math.floor(rest / 10) % 10));
    if (rest % 10 !== 0) this.byte(ZERO + (rest % 10));
  }

  /** All that was written, valid until something is written again; the writer is empty then. */
  take(): Uint8Array {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.byteLength) return;
    const larger = new Uint8Array(Math.max(2 * this.#buffer.byteLength, this.#length + bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
