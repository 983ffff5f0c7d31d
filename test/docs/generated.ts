import { expect } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");

/**
 * Compares a generated part of a page with `text`, which says what its source says. The part is between the comments
 * `<!-- begin: NAME -->` and `<!-- end: NAME -->`. `UPDATE_GOLDEN=1` writes it, for review in the diff. `file` is
 * relative to the root of the repository.
 */
export function expectGenerated(file: string, name: string, text: string): void {
  const page = read(file);
  const [begin, end] = [`<!-- begin: ${name} -->\n`, `<!-- end: ${name} -->`];
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`Cannot find the part "${name}" in ${file}`);
  compare({ file, page, from, to, wanted: `\n${text.trim()}\n\n` });
}

/** The same for one line, found by its first words. */
export function expectGeneratedLine(file: string, firstWords: string, text: string): void {
  const page = read(file);
  const from = page.indexOf(`\n${firstWords}`) + 1;
  if (from === 0) throw new Error(`Cannot find the line "${firstWords}…" in ${file}`);
  compare({ file, page, from, to: page.indexOf("\n", from), wanted: text });
}

interface Part {
  readonly file: string;
  readonly page: string;
  readonly from: number;
  readonly to: number;
  readonly wanted: string;
}

function compare({ file, page, from, to, wanted }: Part): void {
  if (process.env["UPDATE_GOLDEN"] === "1") {
    writeFileSync(join(ROOT, file), `${page.slice(0, from)}${wanted}${page.slice(to)}`);
    return;
  }
  expect(page.slice(from, to), `${file}; UPDATE_GOLDEN=1 bun test test/docs writes it`).toBe(wanted);
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}
