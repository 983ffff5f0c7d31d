import { describe, expect, test } from "bun:test";
import { ReadingBudget } from "../../src/runner/reading-budget.ts";

const MIB = 1024 * 1024;

describe("ReadingBudget", () => {
  test("gives four MiB a second, and after a quiet time twice that at once", () => {
    const budget = new ReadingBudget(0);
    expect(budget.until(0, 0)).toBe(8 * MIB);
    expect(budget.until(8 * MIB, 1000)).toBe(12 * MIB);
    expect(budget.until(12 * MIB, 1500)).toBe(14 * MIB);
    expect(budget.until(12 * MIB, 60_000)).toBe(20 * MIB);
  });

  test("takes back what a round cost too much", () => {
    const budget = new ReadingBudget(0);
    budget.until(0, 0);
    expect(budget.until(9 * MIB, 1000)).toBe(12 * MIB);
  });

  test("calls files too fast that have waited for more than ten seconds", () => {
    const budget = new ReadingBudget(0);
    for (const atMs of [0, 5000, 10_000]) {
      budget.noteWaiting(3, atMs);
      expect(budget.filesTooFast(atMs)).toBe(0);
    }
    expect(budget.filesTooFast(10_001)).toBe(3);
    budget.noteWaiting(0, 11_000);
    expect(budget.filesTooFast(30_000)).toBe(0);
  });
});
