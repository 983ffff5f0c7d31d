import { describe, expect, test } from "bun:test";
import { type CutReason, STALLED_AFTER_MS } from "../../src/http/arrival.ts";
import { ARRIVING_MAX, InFlight, LOOK_EVERY_MS, SMALL_MAX_BYTES, STEP_MAX_MS } from "../../src/http/in-flight.ts";
import { GIVES_WAY_AFTER_MS } from "../../src/http/lane.ts";
import { TestClock } from "../support/test-clock.ts";

const MIB = 1024 * 1024;
/** As by default: 24 MiB for all, 4 more for small bodies, 4 more for our own senders. */
const OPTIONS = { maxBytes: 32 * MIB, maxRequestBytes: 16 * MIB };

/** A body is seen to have stalled at the latest. */
const STALL_MS = STALLED_AFTER_MS + LOOK_EVERY_MS;

/** Bodies by name, and which of them were cut off and why, in order. */
class Bodies {
  readonly clock = new TestClock();
  readonly subject: InFlight;
  readonly cut: [name: string, reason: CutReason][] = [];

  constructor(options: Partial<typeof OPTIONS> = {}) {
    this.subject = new InFlight({ ...OPTIONS, ...options, clock: this.clock });
  }

  /** A body that comes in a piece. */
  piece(name: string, length: number, isOwn = false) {
    return this.subject.begin(isOwn, length, (reason) => this.cut.push([name, reason]));
  }

  /** A body that comes in chunks, of a length that nobody knows; `bytes` of it are there. */
  chunks(name: string, bytes: number, isOwn = false) {
    const arrival = this.subject.begin(isOwn, undefined, (reason) => this.cut.push([name, reason]));
    this.subject.take(arrival, bytes);
    return arrival;
  }

  /** A body that comes in chunks, `length` in all; `bytes` of it are there. */
  long(name: string, bytes: number, length = 16 * MIB) {
    const arrival = this.subject.begin(false, length, (reason) => this.cut.push([name, reason]));
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
    bodies.long("silent", 0);
    expect(bodies.subject.usedBytes).toBe(0);
    for (let n = 0; n < 8; n++) bodies.piece(`honest ${n}`, MIB);
    expect(bodies.cut).toEqual([]);
  });
});

describe("InFlight without room cuts off", () => {
  test("a body that has stalled, the one that did so first", () => {
    const bodies = new Bodies();
    const first = bodies.chunks("first", 8 * MIB);
    bodies.chunks("second", 8 * MIB);
    bodies.clock.pass(10);
    bodies.subject.take(first, MIB);
    bodies.clock.pass(STALL_MS);
    bodies.chunks("third", 8 * MIB);
    expect(bodies.cut).toEqual([["second", "in-flight-full"]]);
    expect(bodies.subject.usedBytes).toBe(17 * MIB);
  });

  test("a body that drips, for that is no moving on", () => {
    const bodies = new Bodies();
    const dripping = bodies.chunks("dripping", 12 * MIB);
    for (let n = 0; n < 50; n++) {
      bodies.clock.pass(10);
      bodies.subject.take(dripping, 1);
    }
    bodies.chunks("steady", 11 * MIB);
    bodies.piece("next", MIB);
    bodies.piece("last", MIB);
    expect(bodies.cut).toEqual([["dripping", "in-flight-full"]]);
  });

  test("the body itself when it has stalled longer than others", () => {
    const bodies = new Bodies();
    const slow = bodies.chunks("slow", 12 * MIB);
    bodies.clock.pass(STALL_MS);
    bodies.chunks("quick", 12 * MIB);
    expect(bodies.subject.take(slow, 1)).toBe(false);
    expect(bodies.cut).toEqual([["slow", "in-flight-full"]]);
    expect(bodies.subject.take(slow, 1)).toBe(false);
  });

  test("a larger piece for another, and none that is as large, where they would take more than a third", () => {
    const bodies = new Bodies();
    for (let n = 0; n < 8; n++) bodies.piece(`${n}`, MIB);
    bodies.piece("equal", MIB);
    expect(bodies.cut).toEqual([["equal", "in-flight-full"]]);
    bodies.piece("smaller", MIB - 1);
    expect(bodies.cut.slice(1)).toEqual([["0", "in-flight-full"]]);
    bodies.clock.pass(STALL_MS);
    bodies.piece("later", MIB);
    expect(bodies.cut.slice(2)).toEqual([["1", "in-flight-full"]]);
  });

  test("a larger body that waits, and none that is worked on", () => {
    const bodies = new Bodies();
    const [waiting, atWork] = [bodies.chunks("waiting", 12 * MIB), bodies.chunks("at work", 12 * MIB)];
    bodies.subject.end(atWork);
    bodies.subject.wait(waiting, (reason) => bodies.cut.push(["waiting", reason]));
    bodies.piece("next", MIB);
    expect(bodies.cut).toEqual([["waiting", "in-flight-full"]]);
    for (let n = 0; n < 8; n++) bodies.subject.end(bodies.piece(`${n}`, MIB));
    expect(bodies.cut.slice(1)).toEqual([["7", "in-flight-full"]]);
  });

  test("no piece that is all there, however long it waits, for another that is as large", () => {
    const bodies = new Bodies();
    const pieces = Array.from({ length: 8 }, (_, n) => bodies.piece(`${n}`, MIB));
    bodies.clock.pass(LOOK_EVERY_MS);
    for (const [n, piece] of pieces.entries()) {
      if (n % 2 === 0) bodies.subject.end(piece);
      else bodies.subject.wait(piece, (reason) => bodies.cut.push([`${n}`, reason]));
    }
    bodies.clock.pass(GIVES_WAY_AFTER_MS);
    bodies.piece("equal", MIB);
    expect(bodies.cut).toEqual([["equal", "in-flight-full"]]);
  });

  test("no small bodies for a large one, unless they hold more than their share", () => {
    const bodies = new Bodies();
    for (let n = 0; n < 64; n++) bodies.piece(`small ${n}`, SMALL_MAX_BYTES - 1);
    bodies.subject.end(bodies.chunks("done", 20 * MIB));
    bodies.piece("large", MIB);
    expect(bodies.cut).toEqual([["large", "in-flight-full"]]);
    for (let n = 64; n < 67; n++) bodies.piece(`small ${n}`, SMALL_MAX_BYTES - 1);
    bodies.cut.length = 0;
    bodies.piece("large", 70_000);
    expect(bodies.cut.map(([name]) => name)).toEqual(["small 0", "small 1", "small 2", "large"]);
  });

  test("the slowest body when more have begun than may", () => {
    const bodies = new Bodies();
    for (let n = 0; n < ARRIVING_MAX; n++) bodies.chunks(`silent ${n}`, 0);
    bodies.piece("next", 100);
    expect(bodies.cut).toEqual([["silent 0", "in-flight-full"]]);
  });

  test("a long body where they would not all fit, one that has stalled, had its time or is larger", () => {
    const bodies = new Bodies();
    const [first, second] = [bodies.long("first", MIB, 12 * MIB), bodies.long("second", MIB, 12 * MIB)];
    bodies.long("third", 0, 12 * MIB);
    expect(bodies.cut).toEqual([["third", "in-flight-full"]]);
    bodies.clock.pass(STALL_MS);
    bodies.subject.take(second, MIB);
    bodies.long("fourth", MIB, 12 * MIB);
    expect([bodies.cut.slice(1), bodies.subject.isArriving(first)]).toEqual([[["first", "in-flight-full"]], false]);
    for (let ms = 0; ms < GIVES_WAY_AFTER_MS + LOOK_EVERY_MS; ms += STALLED_AFTER_MS / 2) {
      bodies.clock.pass(STALLED_AFTER_MS / 2);
      bodies.subject.take(second, SMALL_MAX_BYTES);
    }
    bodies.long("fifth", MIB, 12 * MIB);
    expect(bodies.cut.slice(2)).toEqual([["second", "in-flight-full"]]);
    bodies.long("sixth", MIB, 2 * MIB);
    expect(bodies.cut.slice(3)).toEqual([["fourth", "in-flight-full"]]);
  });

  test("a body that nobody knew would be long", () => {
    const bodies = new Bodies();
    bodies.long("known", MIB, 24 * MIB);
    const body = bodies.chunks("chunks", MIB);
    expect(bodies.subject.take(body, 1)).toBe(false);
    expect(bodies.cut).toEqual([["chunks", "in-flight-full"]]);
  });
});

describe("InFlight keeps a share", () => {
  const held = 24 * MIB;

  test("for small bodies", () => {
    const bodies = new Bodies();
    bodies.subject.end(bodies.chunks("a", held));
    bodies.subject.end(bodies.piece("small", SMALL_MAX_BYTES));
    expect(bodies.cut).toEqual([]);
    bodies.piece("large", SMALL_MAX_BYTES + 1);
    expect(bodies.cut).toEqual([["large", "in-flight-full"]]);
  });

  test("for our own senders, that small bodies of others cannot use up", () => {
    const bodies = new Bodies();
    bodies.subject.end(bodies.chunks("a", held));
    for (let n = 0; n < 65; n++) bodies.subject.end(bodies.piece(`small ${n}`, SMALL_MAX_BYTES));
    expect(bodies.cut).toEqual([["small 64", "in-flight-full"]]);
    bodies.piece("own", 4 * MIB, true);
    expect(bodies.cut).toHaveLength(1);
  });

  test("and cuts off nothing of our own senders for others", () => {
    const bodies = new Bodies();
    bodies.chunks("own", held, true);
    bodies.clock.pass(1000);
    bodies.piece("large", MIB);
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
    bodies.piece("short", 10);
    bodies.piece("long", 2 * SMALL_MAX_BYTES);
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
