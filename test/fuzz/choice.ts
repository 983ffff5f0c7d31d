import type { Random } from "../chaos/random.ts";

/** What is chosen, and how often beside the others of its list. */
export type Weighted<T> = readonly (readonly [weight: number, value: T])[];

/** Throws for an empty list. */
export function weighted<T>(random: Random, list: Weighted<T>): T {
  let rest = random.next() * list.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, value] of list) {
    rest -= weight;
    if (rest < 0) return value;
  }
  return random.pick(list)[1];
}

export function randomBytes(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.int(0, 255));
}

/** A length for something that is mostly short and now and then long. */
export function someLength(random: Random, most: number): number {
  return Math.floor(most ** random.next());
}
