/** One connection: what is sent over it, in which pieces, and how it ends. The seed and the number make the case. */
import { Random } from "../chaos/random.ts";
import { randomBytes, someLength, weighted } from "./choice.ts";
import { type FuzzRequest, fuzzRequest } from "./fuzz-request.ts";

export interface FuzzCase {
  readonly number: number;
  /** Behind one another, the later ones before the earlier are answered. */
  readonly requests: readonly FuzzRequest[];
  /** All that is sent: the requests, perhaps not to their end, or with something behind them that is none. */
  readonly bytes: Uint8Array;
  /** Where writes end, ascending, the last one at the end. */
  readonly pieceEnds: readonly number[];
  /** Whether the agent sees the pieces one by one. */
  readonly isPaced: boolean;
  /** What the sender does when all is sent: waits; says that it sends no more; breaks off. */
  readonly ending: "wait" | "half-close" | "reset";
}

/** What may stand behind the last request. */
const TAILS: readonly ((random: Random) => Uint8Array)[] = [
  (random) => randomBytes(random, someLength(random, 100)),
  () => Buffer.from("GET /"),
  () => Buffer.from("\r\n"),
];

/** Independent of every other case. */
export function fuzzCase(seed: number, number: number): FuzzCase {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const count = weighted(random, [
    [85, 1],
    [10, 2],
    [5, random.int(3, 6)],
  ]);
  const requests = Array.from({ length: count }, (_, n) => fuzzRequest(random, number, n, n === count - 1));
  const whole = Buffer.concat(requests.map((request) => request.bytes));
  const bytes = weighted(random, [
    [91, () => whole],
    // Not to the end: anywhere, or just before it.
    [3, () => whole.subarray(0, random.int(0, whole.length - 1))],
    [3, () => whole.subarray(0, whole.length - random.int(1, 12))],
    [3, () => Buffer.concat([whole, random.pick(TAILS)(random)])],
  ])();
  // What is no whole request is waited for, rightly: it takes an end to get an answer.
  const isOpen = bytes.length !== whole.length || requests.some(({ outcome }) => outcome.kind === "unclear");
  const ending = weighted(random, [
    [isOpen ? 0 : 88, "wait"],
    [8, "half-close"],
    [isOpen ? 4 : 1, "reset"],
  ] as const);
  return { number, requests, bytes, pieceEnds: pieceEnds(random, bytes.length), isPaced: random.chance(0.5), ending };
}

function pieceEnds(random: Random, length: number): number[] {
  if (random.chance(0.7)) return [length];
  if (length < 1500 && random.chance(0.05)) return Array.from({ length }, (_, n) => n + 1);
  const cuts = Array.from({ length: random.int(1, 4) }, () => random.int(0, length));
  return [...new Set([...cuts, length])].filter((at) => at > 0).toSorted((a, b) => a - b);
}
