import { describe, expect, test } from "bun:test";
import type { BatchSource, PutFailure } from "../../src/pipeline.ts";
import { Uploader } from "../../src/upload/uploader.ts";
import { eventually } from "../support/eventually.ts";
import { TestClock } from "../support/test-clock.ts";
import { FakeDestination, numbersIn, RingFixture } from "./fixture.ts";

const LIMITS = { bufferLines: 1000, objectMaxBytes: 1_000_000, pushFrequencyMs: 60_000 };
const FLUSH_EVERY_MS = 5000;
const away: PutFailure = { kind: "retry", reason: "503", isOutcomeKnown: true, afterMs: 60_000 };

function uploaderOf(sources: readonly BatchSource[], limits = LIMITS) {
  const destination = new FakeDestination();
  const clock = new TestClock();
  const uploader = new Uploader({
    sources,
    destination,
    limits: { ...limits, putsInFlightMaxBytes: 1_000_000 },
    clock,
  });
  return { destination, clock, uploader };
}

function start(...sources: readonly BatchSource[]) {
  const made = uploaderOf(sources);
  made.uploader.start();
  return made;
}

const turns = async (): Promise<void> => {
  for (let n = 0; n < 50; n++) await Promise.resolve();
};

describe("Uploader.flush()", () => {
  test("stores what is held in all streams without waiting for push_frequency", async () => {
    using one = new RingFixture();
    using other = new RingFixture(undefined, "traces");
    const { destination, uploader } = start(one.ring, other.ring);
    one.offer(1, 3);
    other.offer(4, 5);
    expect(await uploader.flush()).toEqual({ linesLeft: 0 });
    expect(numbersIn(destination.stored).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
    expect(destination.stored).toHaveLength(2);
    await uploader.abort();
  });

  test("settles at once when nothing is held", async () => {
    using ring = new RingFixture();
    const { destination, uploader, clock } = start(ring.ring);
    expect(await uploader.flush()).toEqual({ linesLeft: 0 });
    expect(destination.attempts).toEqual([]);
    expect(clock.timers).toBe(0);
    await uploader.abort();
  });

  test("leaves lines that come after it to push_frequency", async () => {
    using ring = new RingFixture();
    const { destination, uploader } = start(ring.ring);
    ring.offer(1);
    await uploader.flush();
    ring.offer(2);
    await turns();
    expect(ring.ring.unsealedLines).toBe(1);
    expect(numbersIn(destination.stored)).toEqual([1]);
    await uploader.abort();
  });

  test("waits for a batch that is on its way, and for those behind it", async () => {
    using ring = new RingFixture();
    const { destination, clock, uploader } = start(ring.ring);
    const [put, answer] = [destination.put.bind(destination), Promise.withResolvers<void>()];
    destination.put = async (...given) => {
      await answer.promise;
      return await put(...given);
    };
    ring.offer(1, 2);
    const first = uploader.flush();
    await turns();
    expect(ring.ring.sealed?.lines).toBe(2);
    ring.offer(3);
    let isSettled = false;
    const second = uploader.flush().then((flushed) => {
      isSettled = true;
      return flushed;
    });
    clock.pass(FLUSH_EVERY_MS);
    answer.resolve();
    expect(await first).toEqual({ linesLeft: 0 });
    await turns();
    expect(isSettled).toBe(false);
    expect(await second).toEqual({ linesLeft: 0 });
    expect(numbersIn(destination.stored)).toEqual([1, 2, 3]);
    await uploader.abort();
  });

  test("is carried out at most once in 5 s, the calls meanwhile join at the end of them, and no second is used twice", async () => {
    using ring = new RingFixture();
    const { destination, clock, uploader } = start(ring.ring);
    ring.offer(1);
    await uploader.flush();
    ring.offer(2);
    const second = uploader.flush();
    ring.offer(3);
    const third = uploader.flush();
    expect(clock.timers).toBe(1);
    clock.pass(FLUSH_EVERY_MS - 1);
    await turns();
    expect(ring.ring.unsealedLines).toBe(2);
    clock.pass(1);
    expect(await Promise.all([second, third])).toEqual([{ linesLeft: 0 }, { linesLeft: 0 }]);
    expect(destination.stored.map(({ text }) => text.trim().split("\n").length)).toEqual([1, 2]);
    // Names go with the clock, one a second.
    const names = destination.stored.map(({ name }) => name);
    expect(names.toSorted()).toEqual([...new Set(names)]);
    expect((names.at(-1) ?? "z") < secondAfterNow()).toBe(true);
    await uploader.abort();
  });

  test("says what is left when the signal fires, and forgets the caller", async () => {
    using ring = new RingFixture();
    const { destination, uploader } = start(ring.ring);
    destination.script.push(away);
    ring.offer(1, 4);
    const patience = new AbortController();
    const flushed = uploader.flush(patience.signal);
    await eventually("an attempt", () => destination.attempts.length === 1);
    ring.offer(5, 9);
    patience.abort();
    expect(await flushed).toEqual({ linesLeft: 4 });
    expect(await uploader.flush(AbortSignal.abort())).toEqual({ linesLeft: 9 });
    expect(destination.attempts).toHaveLength(1);
    await uploader.abort();
  });

  test("does not shorten the wait after a failure", async () => {
    using ring = new RingFixture();
    const { destination, clock, uploader } = start(ring.ring);
    destination.script.push(away);
    ring.offer(1);
    void uploader.flush();
    await eventually("an attempt", () => uploader.stats("logs")?.state === "waiting");
    void uploader.flush();
    clock.pass(FLUSH_EVERY_MS);
    await turns();
    expect(uploader.stats("logs")?.state).toBe("waiting");
    expect(destination.attempts).toHaveLength(1);
    await uploader.abort();
  });

  test("waits for the start, and settles at the end whatever that is", async () => {
    using ring = new RingFixture();
    const { destination, uploader } = uploaderOf([ring.ring]);
    ring.offer(1, 2);
    const early = uploader.flush();
    await turns();
    expect(destination.attempts).toEqual([]);
    uploader.start();
    expect(await early).toEqual({ linesLeft: 0 });
    destination.script.push(away);
    ring.offer(3);
    const late = uploader.flush();
    await uploader.abort();
    expect(await late).toEqual({ linesLeft: 1 });
    expect(await uploader.flush()).toEqual({ linesLeft: 1 });
  });

  test("is done for who does not wait as well, and not when nothing is held or all is over", async () => {
    using ring = new RingFixture();
    const { destination, clock, uploader } = start(ring.ring);
    uploader.hurry();
    ring.offer(1);
    uploader.hurry();
    await eventually("the object", () => destination.stored.length === 1);
    uploader.hurry();
    expect(clock.timers).toBe(0);
    ring.offer(2);
    uploader.hurry();
    expect(clock.timers).toBe(1);
    await uploader.abort();
    uploader.hurry();
    expect(clock.timers).toBe(0);
  });

  test("is settled by a drain that comes meanwhile", async () => {
    using ring = new RingFixture();
    const { uploader } = start(ring.ring);
    ring.offer(1);
    await uploader.flush();
    ring.offer(2);
    const waiting = uploader.flush();
    await uploader.drain(new AbortController().signal);
    expect(await waiting).toEqual({ linesLeft: 0 });
  });
});

/** As object names have it. */
function secondAfterNow(): string {
  const [date = "", time = ""] = new Date(Date.now() + 1000).toISOString().split("T");
  return `${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}`;
}
