/** The nearest rank: the least value that `share` of all are not above. `share` is above 0, up to 1. NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
}
