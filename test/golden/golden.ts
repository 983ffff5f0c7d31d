import { expect } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Compares with the file of that name in this folder; `UPDATE_GOLDEN=1` writes it anew, for review in the diff. */
export function expectGolden(name: string, actual: string): void {
  const path = join(import.meta.dir, name);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, actual);
  if (!existsSync(path)) throw new Error(`Cannot compare with ${name}: no such golden file, run with UPDATE_GOLDEN=1`);
  expect(actual).toBe(readFileSync(path, "utf8"));
}
