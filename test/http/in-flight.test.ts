import { describe, expect, test } from "bun:test";
import { ARRIVING_MAX, type CutReason, InFlight, SMALL_MAX_BYTES, STEP_MAX_MS } from "../../src/http/in-flight.ts";
import { TestClock } from "../support/test-clock.ts";

const MIB = 1024 * 1024;
/** As by default: 24 MiB for all, 4 more for small bodies, 4 more for our own senders. */
const OPTIONS = { maxBytes: 32 * MIB, maxRequestBytes: 16 * MIB };

/** Bodies by name, and which of them were cut off and why, in order. */
class Bodies {
  readonly clock = new TestClock();
  readonly subject: InFlight;
  readonly cut: [name: string, reason: CutReason][] = [];

  constructor(options: Partial<typeof OPTIONS> = {}) {
    this.subject = new InFlight({ ...OPTIONS, ...options, clock: this.clock });
  }

  /** A body whose length is known and that is read in one piece. */
  whole(name: string, bytes: number, isOwn = false) {
    return this.subject.begin(isOwn, bytes, (reason) => this.cut.push([name, reason]));
  }

  /** A body that comes in chunks; `bytes` of it are there. */
  chunks(name: string, bytes: number, isOwn = false) {
    const arrival = this.subject.begin(isOwn, undefined, (reason) => this.cut.push([name, reason]));
    this.subject.take(arrival, bytes);
    return arrival;
  }
}

describe("InFlight takes bytes as they arrive", () => {
  test("and gives them back once", () => {
    const all = new Bodies();
    const body = all.chunks("a", 0);
    expect(all.subject.usedBytes).toBe(0);
    all.subject.take(body, 100);
    all.subject.take(body, 200_000);
    expect(all.subject.usedBytes).toBe(200_100);
    all.subject.end(body);
    expect([all.subject.usedBytes, all.subject.arriving]).toEqual([200_100, 0]);
    all.subject.free(body);
    all.subject.free(body);
    expect(all.subject.usedBytes).toBe(0);
    expect(all.cut).toEqual([]);
  });

  test("a body that announces much and sends nothing keeps nobody out", () => {
    const bodies = new Bodies();
    for (let n = 0; n < 100; n++) bodies.chunks(`silent ${n}`, 0);
    const body = bodies.chunks("honest", 16 * MIB);
    expect(bodies.subject.isArriving(body)).toBe(true);
    expect(bodies.cut).toEqual([]);
  });
});

describe("InFlight without room cuts off", () => {
  test("the body that has not moved on for longest, not the one that came first", () => {
    const bodies = new Bodies();
    const [first, second] = [bodies.chunks("first", 8 * MIB), bodies.chunks("second", 8 * MIB)];
    bodies.clock.pass(10);
    bodies.subject.take(first, MIB);
    bodies.chunks("third", 8 * MIB);
    expect(bodies.cut).toEqual([["second", "in-flight-full"]]);
    expect([bodies.subject.isArriving(first), bodies.subject.isArriving(second)]).toEqual([true, false]);
    expect(bodies.subject.usedBytes).toBe(17 * MIB);
  });

  test("a body that drips, which is no moving on", () => {
    const bodies = new Bodies();
    const dripping = bodies.chunks("dripping", 12 * MIB);
    bodies.chunks("steady", 11 * MIB);
    for (let n = 0; n < 50; n++) {
      bodies.clock.pass(10);
      bodies.subject.take(dripping, 1);
    }
    bodies.whole("next", MIB);
    expect(bodies.cut).toEqual([["dripping", "in-flight-full"]]);
  });

  test("the body itself when it is the slowest", () => {
    const bodies = new Bodies();
    const slow = bodies.chunks("slow", 12 * MIB);
    bodies.clock.pass(10);
    bodies.chunks("quick", 12 * MIB);
    expect(bodies.subject.take(slow, 1)).toBe(false);
    expect(bodies.cut).toEqual([["slow", "in-flight-full"]]);
    expect(bodies.subject.take(slow, 1)).toBe(false);
  });

  test("nobody whose body is all there: the next one is refused", () => {
    const bodies = new Bodies();
    bodies.subject.end(bodies.chunks("a", 12 * MIB));
    bodies.subject.end(bodies.chunks("b", 12 * MIB));
    bodies.whole("next", 100_000);
    expect(bodies.cut).toEqual([["next", "in-flight-full"]]);
  });

  test("no small bodies for a large one, unless they hold more than their share", () => {
    const bodies = new Bodies();
    for (let n = 0; n < 64; n++) bodies.whole(`small ${n}`, SMALL_MAX_BYTES - 1);
    bodies.subject.end(bodies.chunks("done", 20 * MIB));
    bodies.whole("large", MIB);
    expect(bodies.cut).toEqual([["large", "in-flight-full"]]);
    for (let n = 64; n < 70; n++) bodies.whole(`small ${n}`, SMALL_MAX_BYTES - 1);
    bodies.cut.length = 0;
    bodies.whole("large", 70_000);
    expect(bodies.cut.map(([name]) => name)).toEqual([
      "small 0",
      "small 1",
      "small 2",
      "small 3",
      "small 4",
      "small 5",
      "large",
    ]);
  });

  test("the slowest body when more have begun than may", () => {
    const bodies = new Bodies();
    for (let n = 0; n < ARRIVING_MAX; n++) bodies.chunks(`silent ${n}`, 0);
    bodies.whole("next", 100);
    expect(bodies.cut).toEqual([["silent 0", "in-flight-full"]]);
  });
});

describe("InFlight keeps a share", () => {
  const held = 24 * MIB;

  test("for small bodies", () => {
    const bodies = new Bodies();
    bodies.subject.end(bodies.chunks("a", held));
    bodies.subject.end(bodies.whole("small", SMALL_MAX_BYTES));
    expect(bodies.cut).toEqual([]);
    bodies.whole("large", SMALL_MAX_BYTES + 1);
    expect(bodies.cut).toEqual([["large", "in-flight-full"]]);
  });

  test("for our own senders, that small bodies of others cannot use up", () => {
    const bodies = new Bodies();
    bodies.subject.end(bodies.chunks("a", held));
    for (let n = 0; n < 65; n++) bodies.subject.end(bodies.whole(`small ${n}`, SMALL_MAX_BYTES));
    expect(bodies.cut).toEqual([["small 64", "in-flight-full"]]);
    bodies.whole("own", 4 * MIB, true);
    expect(bodies.cut).toHaveLength(1);
  });

  test("and cuts off nothing of our own senders for others", () => {
    const bodies = new Bodies();
    bodies.chunks("own", held, true);
    bodies.clock.pass(1000);
    bodies.whole("large", MIB);
    expect(bodies.cut).toEqual([["large", "in-flight-full"]]);
  });

  test("only as large as the longest body leaves room for", () => {
    const bodies = new Bodies({ maxBytes: 16 * MIB });
    bodies.chunks("longest", 16 * MIB);
    expect(bodies.cut).toEqual([]);
  });
});

describe("InFlight cuts off what is too slow, room or not", () => {
  test("when it brings less than 64 KiB in 8 s", () => {
    const bodies = new Bodies();
    const [enough, little] = [bodies.chunks("enough", 10), bodies.chunks("little", 10)];
    bodies.chunks("own", 10, true);
    for (let n = 0; n < 4; n++) {
      bodies.clock.pass(STEP_MAX_MS / 2);
      bodies.subject.take(enough, SMALL_MAX_BYTES / 2);
      bodies.subject.take(little, SMALL_MAX_BYTES / 4);
    }
    expect(bodies.cut).toEqual([
      ["little", "too-slow"],
      ["own", "too-slow"],
    ]);
  });

  test("a body in one piece, which cannot be seen to move on, as soon as that rate would have brought it", () => {
    const bodies = new Bodies();
    bodies.whole("short", 10);
    bodies.whole("long", 2 * SMALL_MAX_BYTES);
    bodies.clock.pass(STEP_MAX_MS + 1000);
    expect(bodies.cut).toEqual([["short", "too-slow"]]);
    bodies.clock.pass(STEP_MAX_MS + 1000);
    expect(bodies.cut).toEqual([
      ["short", "too-slow"],
      ["long", "too-slow"],
    ]);
  });

  test("and looks only while there is something to look at", () => {
    const bodies = new Bodies();
    expect(bodies.clock.timers).toBe(0);
    const body = bodies.chunks("a", 10);
    expect(bodies.clock.timers).toBe(1);
    bodies.subject.end(body);
    bodies.clock.pass(1000);
    expect(bodies.clock.timers).toBe(0);
  });
});
