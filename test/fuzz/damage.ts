/** Damage that knows nothing of what the bytes mean. */
import type { Random } from "../chaos/random.ts";
import { randomBytes, someLength } from "./choice.ts";

type Damage = (bytes: Uint8Array, at: number, random: Random) => Uint8Array;

const DAMAGES: readonly Damage[] = [
  // One bit.
  (bytes, at, random) => replaced(bytes, at, 1, [(bytes[at] ?? 0) ^ (1 << random.int(0, 7))]),
  // One byte: bounds of integers and of UTF-8, or anything.
  (bytes, at, random) =>
    replaced(bytes, at, 1, [random.pick([0, 1, 0x7f, 0x80, 0xc0, 0xed, 0xff, random.int(0, 255)])]),
  // A part is lost, comes twice, or is moved.
  (bytes, at, random) => replaced(bytes, at, someLength(random, bytes.length + 1), []),
  (bytes, at, random) => replaced(bytes, at, 0, bytes.subarray(at, at + someLength(random, 400))),
  (bytes, at, random) =>
    replaced(bytes, random.int(0, bytes.length), 0, bytes.subarray(at, at + someLength(random, 40))),
  // Foreign bytes in between or in place.
  (bytes, at, random) => replaced(bytes, at, 0, randomBytes(random, someLength(random, 20))),
  (bytes, at, random) => replaced(bytes, at, 4, randomBytes(random, 4)),
  // The end is missing.
  (bytes, at) => bytes.slice(0, at),
];

/** A copy with one to three damages. */
export function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  let result: Uint8Array = bytes.slice();
  for (let left = someLength(random, 4); left > 0; left--) {
    result = random.pick(DAMAGES)(result, random.int(0, Math.max(0, result.length - 1)), random);
  }
  return result;
}

/** `bytes` with `added` in place of the `removed` bytes at `at`. */
export function replaced(bytes: Uint8Array, at: number, removed: number, added: ArrayLike<number>): Uint8Array {
  const result = new Uint8Array(bytes.length - Math.min(removed, bytes.length - at) + added.length);
  result.set(bytes.subarray(0, at));
  result.set(added, at);
  result.set(bytes.subarray(at + removed), at + added.length);
  return result;
}
