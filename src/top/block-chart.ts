import { block, EIGHTHS } from "../lib/blocks.ts";
import { type Line, piece } from "./line.ts";
import type { ChartColumns } from "./time-scale.ts";

/** Where the most was, above the mean. */
const SHADE = "░";

/**
 * Rows of blocks from top to bottom, as wide as the columns: the mean, and where there is room for it the most above it.
 * What was measured is always seen, also 0; what was not leaves a gap.
 */
export function blockChart({ mean, max }: ChartColumns, top: number, rows: number, style: string): readonly Line[] {
  const levelOf = (value: number | null | undefined): number => {
    if (value === null || value === undefined) return 0;
    return Math.max(1, Math.round(Math.min(1, Math.max(0, value / top)) * rows * EIGHTHS));
  };
  const levels = mean.map((value, column) => [levelOf(value), levelOf(max[column])] as const);
  return Array.from({ length: rows }, (_, row) => {
    const floor = (rows - 1 - row) * EIGHTHS;
    const cells = levels.map(([level, most]) => cellOf(level - floor, most - floor));
    return [piece(cells.join(""), style)];
  });
}

/** `level` and `most` are eighths above the floor of the cell. */
function cellOf(level: number, most: number): string {
  if (level <= 0 && most >= EIGHTHS / 2) return SHADE;
  return block(level);
}
