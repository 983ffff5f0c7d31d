import { Random } from "../chaos/random.ts";

/** Resamplings: enough for two digits. */
const RESAMPLINGS = 10_000;
/** The same figures for the same measurements. */
const SEED = 1;

/** The mean of `values`, and half of its 95 % interval by resampling, which asks nothing of their distribution. */
export function meanWithInterval(values: readonly number[]): { readonly mean: number; readonly halfWidth: number } {
  const random = new Random(SEED);
  const means = Array.from({ length: RESAMPLINGS }, () => meanOf(values.map(() => random.pick(values))));
  means.sort((a, b) => a - b);
  const at = (share: number): number => means[Math.round(share * (RESAMPLINGS - 1))] ?? Number.NaN;
  return { mean: meanOf(values), halfWidth: (at(0.975) - at(0.025)) / 2 };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
