/**
 * Where in a JSON text a scanner is, for the path of an error. Two integers a level are stored on the way. Names are
 * made of them only if there is an error.
 */
import { BACKSLASH, QUOTE } from "./ascii.ts";

/** At most this many bytes of an unknown key are shown. */
const NAME_MAX_BYTES = 128;

export class JsonPath {
  #level = 0;
  /** By level: position of the key's opening quote, -1 in an array that has no key of its own. */
  #keys = new Int32Array(0);
  /** By level: index of the element, -1 when the value is no element. */
  #indexes = new Int32Array(0);

  /** Levels are 1 to `levelMax`. */
  begin(levelMax: number): void {
    this.#level = 0;
    if (this.#keys.length > levelMax) return;
    this.#keys = new Int32Array(levelMax + 1);
    this.#indexes = new Int32Array(levelMax + 1);
  }

  /** A member of the object of `level`; its key's quote is at `at`. */
  key(level: number, at: number): void {
    this.#level = level;
    this.#keys[level] = at;
    this.#indexes[level] = -1;
  }

  /** An element of the array that is the current member of `level`. */
  memberElement(level: number, index: number): void {
    this.#level = level;
    this.#indexes[level] = index;
  }

  /** An element of the array that is `level` itself. */
  element(level: number, index: number): void {
    this.#level = level;
    this.#keys[level] = -1;
    this.#indexes[level] = index;
  }

  /** Leaves everything below `level`, and its member: what follows belongs to the object or array itself. */
  leave(level: number): void {
    this.#level = level - 1;
  }

  of(bytes: Uint8Array): string {
    let path = "";
    for (let level = 1; level <= this.#level; level++) {
      const key = this.#keys[level] ?? -1;
      const index = this.#indexes[level] ?? -1;
      if (key >= 0) path += `${path === "" ? "" : "."}${keyText(bytes, key)}`;
      if (index >= 0) path += `[${index}]`;
    }
    return path;
  }
}

function keyText(bytes: Uint8Array, quoteAt: number): string {
  let end = quoteAt + 1;
  while (end < quoteAt + NAME_MAX_BYTES && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  return new TextDecoder().decode(bytes.subarray(quoteAt + 1, end));
}
