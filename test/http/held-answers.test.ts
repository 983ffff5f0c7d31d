import { expect, test } from "bun:test";
import { HeldAnswers, HOLD_MAX_MS } from "../../src/http/held-answers.ts";
import { TestClock } from "../support/test-clock.ts";

function post(): Request {
  return new Request("http://localhost/", { method: "POST", body: "unread" });
}

test("HeldAnswers.hold() holds the second answer on a connection for about a second, and throws the body away", async () => {
  const clock = new TestClock();
  const held = new HeldAnswers(clock);
  const request = post();
  await held.hold(request, "a");
  expect(request.bodyUsed).toBe(false);
  const answer = held.hold(request, "a");
  clock.pass(HOLD_MAX_MS);
  await answer;
  expect(request.bodyUsed).toBe(true);
  expect(clock.timers).toBe(0);
});

test("HeldAnswers.release() lets all answers go, and holds none any more", async () => {
  const clock = new TestClock();
  const held = new HeldAnswers(clock);
  await held.hold(post(), "a");
  const answers = [held.hold(post(), "a"), held.hold(post(), "a")];
  expect(clock.timers).toBe(2);
  held.release();
  await Promise.all([...answers, held.hold(post(), "a")]);
  expect(clock.timers).toBe(0);
});

test("HeldAnswers.hold() does not hold the answers of those that wait, nor of other connections", async () => {
  const clock = new TestClock();
  const held = new HeldAnswers(clock);
  for (let n = 0; n < 3; n++) {
    await held.hold(post(), "a");
    await held.hold(post(), `b${n}`);
    clock.pass(2000);
  }
  expect(clock.timers).toBe(0);
});
