/** The candidate that `word` is most likely a misspelling of: at most a third of its letters differ. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(plain(word), plain(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `pushFrequency`, `push-frequency` and `push_frequency` are one word to people. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_.]/g, "");
}

/** Insertions, deletions, replacements and swapped neighbours (optimal string alignment), one row at a time. */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 0; line < from.length; line++) {
    const next = [line + 1];
    for (let index = 0; index < to.length; index++) {
      const replaced = at(row, index) + (from[line] === to[index] ? 0 : 1);
      const isSwap = from[line] === to[index - 1] && from[line - 1] === to[index];
      const swapped = isSwap ? at(before, index - 1) + 1 : Infinity;
      next.push(Math.min(replaced, at(row, index + 1) + 1, at(next, index) + 1, swapped));
    }
    [before, row] = [row, next];
  }
  return at(row, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
