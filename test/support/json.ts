/**
 * Reading JSON whose type nobody promised: `valueAt(stats, "streams", "logs", "lines")`. Undefined where the path
 * leaves the value; array elements by their index.
 */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Object.entries(at).find(([name]) => name === String(key))?.[1];
  }
  return at;
}

/** The number at `path`; throws when there is none. */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number {
  const found = valueAt(value, ...path);
  if (typeof found === "number") return found;
  throw new TypeError(`Cannot read ${path.join(".")}: ${Bun.inspect(found)}, wanted a number`);
}

/** The array at `path`; throws when there is none. */
export function arrayAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  if (Array.isArray(found)) return found;
  throw new TypeError(`Cannot read ${path.join(".")}: ${Bun.inspect(found)}, wanted an array`);
}
