const UNIT_BYTES: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};
const SIZE = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i;

/**
 * The bytes of a size: `32MiB` (1024s), `8 MB` (1000s), `65536`. Letter case does not matter, fractions of a byte are
 * cut. Undefined for any other text, also for `32M`, which could mean either thousand.
 */
export function parseByteSize(text: string): number | undefined {
  const [, number = "", unit = ""] = SIZE.exec(text) ?? [];
  const unitBytes = UNIT_BYTES[unit.toLowerCase()];
  if (number === "" || unitBytes === undefined) return undefined;
  return Math.floor(Number(number) * unitBytes);
}

/** The shortest exact form that {@link parseByteSize} reads: `32MiB`, `1500`. */
export function formatByteSize(bytes: number): string {
  for (const [name, unitBytes] of [
    ["GiB", 2 ** 30],
    ["MiB", 2 ** 20],
    ["KiB", 2 ** 10],
  ] as const) {
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${name}`;
  }
  return String(bytes);
}
