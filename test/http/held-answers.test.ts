import { expect, test } from "bun:test";
import { HeldAnswers, HOLD_MAX_MS } from "../../src/http/held-answers.ts";
import { TestClock } from "../support/test-clock.ts";

function post(): Request {
  return new Request("http://localhost/", { method: "POST", body: "unread" });
}

test("HeldAnswers.hold() lets the answer go after about a second, and throws the body away", async () => {
  const clock = new TestClock();
  const held = new HeldAnswers(clock);
  const request = post();
  const answer = held.hold(request);
  clock.pass(HOLD_MAX_MS);
  await answer;
  expect(request.bodyUsed).toBe(true);
  expect(clock.timers).toBe(0);
});

test("HeldAnswers.release() lets all answers go, and holds none any more", async () => {
  const clock = new TestClock();
  const held = new HeldAnswers(clock);
  const answers = [held.hold(post()), held.hold(post())];
  held.release();
  await Promise.all([...answers, held.hold(post())]);
  expect(clock.timers).toBe(0);
});
