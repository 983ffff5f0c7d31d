import { describe, expect, test } from "bun:test";
import { backoffDelayMs } from "../../src/lib/backoff.ts";

const OPTIONS = { initialMs: 500, maxMs: 30_000 };
const most = () => 0.999_999;

describe("backoffDelayMs()", () => {
  test("doubles up to its bound", () => {
    const bounds = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) =>
      Math.round(backoffDelayMs(failures, OPTIONS, 0, most)),
    );
    expect(bounds).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test("has full jitter", () => {
    expect(backoffDelayMs(3, OPTIONS, 0, () => 0)).toBe(0);
    expect(backoffDelayMs(3, OPTIONS, 0, () => 0.5)).toBe(1000);
  });

  test("waits as long as the other side asks, within its bound", () => {
    expect(backoffDelayMs(1, OPTIONS, 7000, () => 0)).toBe(7000);
    expect(backoffDelayMs(1, OPTIONS, 86_400_000, () => 0)).toBe(30_000);
  });
});
