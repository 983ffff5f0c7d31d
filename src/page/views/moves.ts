const PAGE_ROWS = 15;

const MOVES: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: PAGE_ROWS,
  PageUp: -PAGE_ROWS,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** By how many rows a key moves in a list; undefined for a key that moves nothing. */
export function rowsOf(key: string): number | undefined {
  return Object.hasOwn(MOVES, key) ? MOVES[key] : undefined;
}

/** Where a key moves from `at` in a list of `keys`; undefined where it moves nothing. */
export function moveOf<Key>(key: string, keys: readonly Key[], at: Key | undefined): Key | undefined {
  const by = rowsOf(key);
  if (by === undefined) return undefined;
  const index = at === undefined ? -1 : keys.indexOf(at);
  return keys[Math.min(keys.length - 1, Math.max(0, index + by))];
}
