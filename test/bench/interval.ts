import { Random } from "../chaos/random.ts";

/** Resamplings: enough for two digits. */
const RESAMPLINGS = 10_000;
/** The same figures for the same measurements. */
const SEED = 1;

/** Of what is measured on a machine that others use, so much at each end is theirs. */
const CUT_SHARE = 0.1;

/** A figure, and where it lies with a certainty of 95 %. */
export interface Interval {
  readonly middle: number;
  readonly from: number;
  readonly to: number;
}

/** The mean of the middle four fifths of `values`, and its 95 % interval by resampling, which asks nothing of their distribution. */
export function middleWithInterval(values: readonly number[]): Interval {
  const random = new Random(SEED);
  const middles = Array.from({ length: RESAMPLINGS }, () => middleOf(values.map(() => random.pick(values))));
  middles.sort((a, b) => a - b);
  const at = (share: number): number => middles[Math.round(share * (RESAMPLINGS - 1))] ?? Number.NaN;
  return { middle: middleOf(values), from: at(0.025), to: at(0.975) };
}

function middleOf(values: readonly number[]): number {
  const cut = Math.floor(values.length * CUT_SHARE);
  const middle = values.toSorted((a, b) => a - b).slice(cut, values.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** `0.50 (-0.61 to 1.54)` */
export function intervalText({ middle, from, to }: Interval, digits: number): string {
  return `${middle.toFixed(digits)} (${from.toFixed(digits)} to ${to.toFixed(digits)})`;
}
