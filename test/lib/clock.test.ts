import { expect, test } from "bun:test";
import { SYSTEM_CLOCK } from "../../src/lib/clock.ts";

test("SYSTEM_CLOCK runs what is due until it is told to stop", async () => {
  const ran: string[] = [];
  const done = Promise.withResolvers<void>();
  const endEvery = SYSTEM_CLOCK.every(1, () => {
    ran.push("every");
    if (ran.length >= 3) {
      endEvery();
      done.resolve();
    }
  });
  SYSTEM_CLOCK.after(0, () => ran.push("never"))();
  SYSTEM_CLOCK.after(0, () => ran.push("after"));
  await done.promise;
  expect(ran.filter((name) => name === "after")).toHaveLength(1);
  expect(ran).not.toContain("never");
  expect(SYSTEM_CLOCK.nowMs()).toBeGreaterThan(0);
});
