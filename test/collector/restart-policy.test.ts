import { describe, expect, test } from "bun:test";
import { RESTART_LIMITS, RestartPolicy } from "../../src/collector/restart-policy.ts";

const SECOND = 1000;
/** Always the upper bound of the jitter. */
const slowest = (): number => 0.999_999;

function delaysOf(policy: RestartPolicy, exitsAtMs: readonly number[]): readonly number[] {
  return exitsAtMs.map((atMs) => Math.round(policy.exited(atMs, 1)));
}

describe("RestartPolicy", () => {
  test("doubles its delays and calls the fifth exit within two minutes a crash loop", () => {
    const policy = new RestartPolicy(RESTART_LIMITS, slowest);
    expect(delaysOf(policy, [0, 1, 2, 3])).toEqual([1000, 2000, 4000, 8000]);
    expect(policy.isCrashLoop).toBe(false);
    expect(delaysOf(policy, [4, 5])).toEqual([50_000, 50_000]);
    expect(policy.isCrashLoop).toBe(true);
  });

  test("an exit every 40 s is none: each is tried again soon", () => {
    const policy = new RestartPolicy(RESTART_LIMITS, slowest);
    const exits = Array.from({ length: 20 }, (_, index) => index * 40 * SECOND);
    expect(Math.max(...delaysOf(policy, exits))).toBeLessThanOrEqual(4000);
    expect(policy.isCrashLoop).toBe(false);
  });

  test("stays a crash loop while attempts a minute apart fail, though they are few in two minutes", () => {
    const policy = new RestartPolicy(RESTART_LIMITS, slowest);
    delaysOf(policy, [0, 1, 2, 3, 4]);
    expect(
      delaysOf(
        policy,
        [61, 122, 183].map((s) => s * SECOND),
      ),
    ).toEqual([50_000, 50_000, 50_000]);
  });

  test("forgets all after a run of two minutes", () => {
    const policy = new RestartPolicy(RESTART_LIMITS, slowest);
    delaysOf(policy, [0, 1, 2, 3, 4]);
    policy.lasted(119 * SECOND);
    expect(policy.isCrashLoop).toBe(true);
    policy.lasted(120 * SECOND);
    expect(policy.isCrashLoop).toBe(false);
    expect(Math.round(policy.exited(200 * SECOND, 120 * SECOND))).toBe(1000);
  });
});
