/** The nearest rank: the least value that `share` of all are not above. `share` is above 0, up to 1. NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * values.length - ROUNDING));
  return values.toSorted((a, b) => a - b)[rank - 1] ?? Number.NaN;
}

/** 0.95 × 20 is a little more than 19 in floating point. */
const ROUNDING = 1e-9;
