import { DecodeError } from "./decode-error.ts";

/**
 * What is wrong with a body, "<current>, <wanted>", thrown where it is found. Each object and array on the way up adds its place with
 * {@link within}, so nobody has to know where he is while all is well.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  /** Names of members and indexes of elements, the innermost first. */
  readonly #places: (string | number)[] = [];

  within(place: string | number): this {
    this.#places.push(place);
    return this;
  }

  toDecodeError(): DecodeError {
    let path = "";
    for (const place of this.#places.toReversed()) {
      if (typeof place === "number") path += `[${place}]`;
      else path += path === "" ? place : `.${place}`;
    }
    return new DecodeError("bad-data", path, this.message);
  }
}

/** What a member or element has thrown, to be thrown on. */
export function within(place: string | number, error: unknown): unknown {
  return error instanceof Fault ? error.within(place) : error;
}

/** Calls `read`; a {@link Fault} leaves it as DecodeError bad-data. */
export function decoding<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Fault ? error.toDecodeError() : error;
  }
}
