/**
 * Up to this length bytes are copied one by one. The views for millions of small fields would take most of a second, as
 * would single bytes for a long field that is copied at each of a hundred levels.
 */
const SMALL_BYTES = 64;

/** Copies `source[at, end)` to `target[to…)`, which has room, and returns where that ends. */
export function copyBytes(source: Uint8Array, at: number, end: number, target: Uint8Array, to: number): number {
  if (end - at > SMALL_BYTES) target.set(source.subarray(at, end), to);
  else for (let i = 0; i < end - at; i++) target[to + i] = source[at + i] ?? 0;
  return to + end - at;
}
