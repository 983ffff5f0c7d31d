/** How a row of steps or charts is divided: a label, the plot, and what it says in numbers. */
export interface Widths {
  readonly label: number;
  readonly plot: number;
  readonly value: number;
  /** False: so narrow that there are words of three letters, and no bars. */
  readonly isWide: boolean;
  /** There is room for the range of a chart beside its value. */
  readonly hasRange: boolean;
}

/** Narrowest terminal first: what is as wide as that, or wider, has these columns for label and value. */
const DIVISIONS: readonly (readonly [from: number, label: number, value: number])[] = [
  [0, 3, 8],
  [36, 13, 10],
  [60, 18, 10],
  [72, 20, 27],
  [100, 26, 28],
  [150, 34, 28],
];
const GAPS = 2;

export function widthsOf(columns: number): Widths {
  const [from, label, value] = DIVISIONS.findLast(([least]) => columns >= least) ?? [0, 3, 8];
  const plot = Math.max(1, columns - label - value - GAPS);
  return { label, value, plot, isWide: from > 0, hasRange: from >= 72 };
}
