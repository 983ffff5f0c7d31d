import { describe, expect, test } from "bun:test";
import { ByteBudget } from "../../src/lib/byte-budget.ts";

const NEVER = new AbortController().signal;

describe("ByteBudget", () => {
  test("is taken up to its bound, exactly", () => {
    const budget = new ByteBudget(10);
    expect([budget.tryTake(6), budget.tryTake(5), budget.tryTake(4), budget.tryTake(1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    budget.free(6);
    expect(budget.usedBytes).toBe(4);
  });

  test("serves those who wait in order, and at once all whom there is room for", async () => {
    const budget = new ByteBudget(10);
    const free = await budget.take(10, NEVER);
    const served: string[] = [];
    const waiters = (["a", "b", "c"] as const).map(async (name) => {
      const done = await budget.take(5, NEVER);
      served.push(name);
      return done;
    });
    expect(budget.tryTake(1)).toBe(false);
    free?.();
    const [first] = await Promise.all(waiters.slice(0, 2));
    expect(served).toEqual(["a", "b"]);
    first?.();
    await waiters[2];
    expect(served).toEqual(["a", "b", "c"]);
    expect(budget.usedBytes).toBe(10);
  });

  test("counts what is larger than itself as the whole, so that it is served at all", async () => {
    const budget = new ByteBudget(10);
    const free = await budget.take(99, NEVER);
    expect(budget.usedBytes).toBe(10);
    free?.();
    free?.();
    expect(budget.usedBytes).toBe(0);
  });

  test("lets a waiter go when it is cut off, and the next one comes in", async () => {
    const budget = new ByteBudget(10);
    const free = await budget.take(8, NEVER);
    const cut = new AbortController();
    const first = budget.take(8, cut.signal);
    const second = budget.take(2, NEVER);
    cut.abort();
    expect(await first).toBeUndefined();
    free?.();
    expect(await second).toBeDefined();
  });
});
