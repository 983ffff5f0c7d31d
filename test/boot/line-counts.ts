import { recordsOf } from "../support/collector.ts";

/** What became of numbered lines. */
export interface LineCounts {
  readonly stored: number;
  readonly doubled: number;
  readonly missing: number;
  /** The missing ones, for people. */
  readonly missingAt: string;
}

/** Counts the lines `word-<number>-` of a stream's objects. */
export function countLines(
  objects: ReadonlyMap<string, Uint8Array>,
  {
    stream,
    word,
    written,
  }: { readonly stream: "logs" | "gha-logs"; readonly word: string; readonly written: readonly number[] },
): LineCounts {
  const counts = new Map<number, number>();
  for (const record of recordsOf(objects, stream)) {
    const number = new RegExp(`${word}-(\\d+)-`).exec(record)?.[1];
    if (number !== undefined) counts.set(Number(number), (counts.get(Number(number)) ?? 0) + 1);
  }
  const missing = written.filter((number) => !counts.has(number));
  return {
    stored: written.length - missing.length,
    doubled: [...counts.values()].filter((count) => count > 1).length,
    missing: missing.length,
    missingAt: rangesOf(missing),
  };
}

/** For people: `3-5, 9`. */
function rangesOf(numbers: readonly number[]): string {
  const starts = numbers.filter((number, at) => numbers[at - 1] !== number - 1);
  const ends = numbers.filter((number, at) => numbers[at + 1] !== number + 1);
  return starts.map((start, at) => (start === ends[at] ? `${start}` : `${start}-${ends[at]}`)).join(", ");
}
