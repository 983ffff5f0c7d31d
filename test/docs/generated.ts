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
  const path = join(ROOT, file);
  const page = readFileSync(path, "utf8");
  const [begin, end] = [`<!-- begin: ${name} -->\n`, `<!-- end: ${name} -->`];
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`Cannot find the part "${name}" in ${file}`);
  const wanted = `\n${text.trim()}\n\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") {
    writeFileSync(path, `${page.slice(0, from)}${wanted}${page.slice(to)}`);
    return;
  }
  expect(page.slice(from, to), `"${name}" in ${file}; UPDATE_GOLDEN=1 bun test test/docs writes it`).toBe(wanted);
}
