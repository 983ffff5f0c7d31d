import { DOT, LOWER_E, MINUS, PLUS, UPPER_E, ZERO } from "./ascii.ts";
import { isDigit } from "./json-scanner.ts";
import { type NumberForm, rangeAsDoubles } from "./number-form.ts";
import type { Kind } from "./schema.ts";

/** Digits that a double holds, whichever they are. */
const SHORT_MAX_BYTES = 15;

/**
 * Judges short numbers as {@link integerForm} and {@link doubleForm} do, from their bytes: a request may have millions,
 * and a text of each would take a second. Undefined: long, or no number; look at its text.
 */
export class ShortNumber {
  #isNegative = false;
  /** The value is the mantissa × 10^exponent. */
  #mantissa = 0;
  #exponent = 0;
  /** Without leading zeros, a plus sign or a bare point (RFC 8259 §6). */
  #isJson = false;
  #isWhole = false;

  /** Of the number `bytes[at, end)`. */
  integerForm(bytes: Uint8Array, at: number, end: number, kind: Kind): NumberForm {
    if (!this.#read(bytes, at, end)) return undefined;
    const scale = 10 ** -this.#exponent;
    if (this.#exponent < 0 && this.#mantissa % scale !== 0) return "value-out-of-range";
    const [least, most] = rangeAsDoubles(kind);
    const value = this.#value;
    if (value < least || value > most) return "value-out-of-range";
    const isPlain = this.#isJson && this.#isWhole && !(this.#isNegative && value === 0);
    return isPlain ? "plain" : "number-form";
  }

  doubleForm(bytes: Uint8Array, at: number, end: number): NumberForm {
    if (!this.#read(bytes, at, end)) return undefined;
    if (!this.#isJson) return "number-form";
    return Number.isFinite(this.#value) ? "plain" : "value-out-of-range";
  }

  get #value(): number {
    // A power of ten with a negative exponent is not exact.
    const value = this.#exponent < 0 ? this.#mantissa / 10 ** -this.#exponent : this.#mantissa * 10 ** this.#exponent;
    return this.#isNegative ? -value : value;
  }

  /** Reads what some reader takes for a number; false when none does, or when it is long. */
  #read(bytes: Uint8Array, at: number, end: number): boolean {
    if (end - at > SHORT_MAX_BYTES) return false;
    const hasPlus = bytes[at] === PLUS;
    this.#isNegative = bytes[at] === MINUS;
    this.#mantissa = 0;
    this.#exponent = 0;
    const whole = hasPlus || this.#isNegative ? at + 1 : at;
    let next = this.#digits(bytes, whole, end);
    let digits = next - whole;
    this.#isJson = !hasPlus && digits > 0 && (digits === 1 || bytes[whole] !== ZERO);
    this.#isWhole = next === end;
    if (next < end && bytes[next] === DOT) {
      const fraction = next + 1;
      next = this.#digits(bytes, fraction, end);
      this.#exponent = fraction - next;
      digits += next - fraction;
      if (next === fraction) this.#isJson = false;
    }
    if (digits === 0) return false;
    return next === end || this.#readExponent(bytes, next, end);
  }

  #readExponent(bytes: Uint8Array, at: number, end: number): boolean {
    if (bytes[at] !== LOWER_E && bytes[at] !== UPPER_E) return false;
    const sign = bytes[at + 1];
    const first = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    let exponent = 0;
    let next = first;
    for (; next < end && isDigit(bytes[next] ?? 0); next++) exponent = 10 * exponent + (bytes[next] ?? 0) - ZERO;
    // No power of ten makes more of nothing, and one without end would make it no number.
    if (this.#mantissa !== 0) this.#exponent += sign === MINUS ? -exponent : exponent;
    return next === end && next > first;
  }

  /** Adds digits to the mantissa; returns the position after them. */
  #digits(bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    for (; next < end && isDigit(bytes[next] ?? 0); next++) {
      this.#mantissa = 10 * this.#mantissa + (bytes[next] ?? 0) - ZERO;
    }
    return next;
  }
}
