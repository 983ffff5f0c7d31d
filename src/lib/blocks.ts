/** Nothing, and one to eight eighths of a cell. */
const BLOCKS = " ▁▂▃▄▅▆▇█";

/** How finely {@link block} fills a cell. */
export const EIGHTHS = 8;

/** A cell of a terminal that is filled from below; `level` below 0 is nothing, above {@link EIGHTHS} all of it. */
export function block(level: number): string {
  return BLOCKS[Math.min(EIGHTHS, Math.max(0, level))] ?? " ";
}
