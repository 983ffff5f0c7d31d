import { describe, expect, test } from "bun:test";
import { LoopTurns } from "../../src/http/loop-turns.ts";
import { rejectionOf } from "../support/rejection.ts";

/** An event loop that is turned by hand; work takes the time it says. */
class Loop {
  nowMs = 0;
  readonly done: string[] = [];
  readonly #next: (() => void)[] = [];
  readonly turns = new LoopTurns({ nowMs: () => this.nowMs, nextTurn: (run) => this.#next.push(run) });

  /** Offers work of `ms` that looks as if it were of so many times 200 KiB; false when it has to wait. */
  offer(name: string, size: number, ms: number): boolean {
    const result = this.turns.run(size * 200 * 1024, () => {
      this.nowMs += ms;
      this.done.push(name);
      return name;
    });
    return !(result instanceof Promise);
  }

  /** The end of a turn: what waited for the next one runs. */
  turn(): void {
    for (const run of this.#next.splice(0)) run();
  }

  get isWatching(): boolean {
    return this.#next.length > 0;
  }
}

function fail(): never {
  throw new Error("no");
}

describe("LoopTurns.run()", () => {
  test("does work at once, and does not even watch while it is little", () => {
    const loop = new Loop();
    for (let n = 0; n < 9; n++) expect(loop.offer(`${n}`, 8, 0.2)).toBe(true);
    expect(loop.isWatching).toBe(false);
    expect(loop.offer("9", 8, 0.3)).toBe(true);
    expect(loop.isWatching).toBe(true);
  });

  test("lets work wait when the turn has lasted long enough, and does the least first", () => {
    const loop = new Loop();
    expect([loop.offer("first", 9, 2), loop.offer("second", 9, 5), loop.offer("large", 9, 2)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([loop.offer("larger", 99, 1), loop.offer("small", 1, 1), loop.offer("smaller", 0.9, 1)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(loop.turns.waiting).toBe(4);
    loop.turn();
    expect(loop.done.slice(2)).toEqual(["smaller", "small", "large"]);
    loop.turn();
    expect(loop.done.slice(5)).toEqual(["larger"]);
    loop.turn();
    expect(loop.offer("next", 9, 1)).toBe(true);
  });

  test("counts what the turn has lasted from before it watched", () => {
    const loop = new Loop();
    expect([loop.offer("first", 9, 3), loop.offer("second", 9, 2), loop.offer("third", 9, 1)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("does one thing a turn, however long it takes", () => {
    const loop = new Loop();
    loop.offer("first", 8, 10);
    loop.nowMs += 10;
    for (const name of ["a", "b", "c"]) loop.offer(name, 1, 10);
    loop.turn();
    expect(loop.done).toEqual(["first", "a"]);
    loop.turn();
    expect(loop.done).toEqual(["first", "a", "b"]);
  });

  test("comes to the largest in the end, though smaller ones keep coming", () => {
    const loop = new Loop();
    loop.offer("first", 8, 10);
    loop.nowMs += 10;
    loop.offer("large", 1000, 10);
    for (let n = 0; n < 4; n++) {
      loop.offer(`small ${n}`, 1, 10);
      loop.offer(`other small ${n}`, 1, 10);
      loop.turn();
    }
    expect(loop.done).toContain("large");
  });

  test("does what is about alike about in the order in which it came, though the smaller half keeps coming", () => {
    const loop = new Loop();
    loop.offer("first", 8, 10);
    loop.nowMs += 10;
    let offered = 0;
    const offer = (count: number): void => {
      for (const until = offered + count; offered < until; offered++)
        loop.offer(`${offered}`, 1 + (offered % 2) / 5, 1);
    };
    offer(40);
    for (let turn = 0; turn < 50; turn++) {
      offer(4);
      loop.turn();
    }
    const order = loop.done.slice(1).map(Number);
    expect(order.length).toBeGreaterThanOrEqual(200);
    // Of the first 40, which come at once, the smaller go first. After them a larger one lets few pass.
    for (const [at, name] of order.entries()) if (at >= 60) expect(Math.abs(at - name)).toBeLessThan(8);
  });

  test("lets nothing cheap pass by what waits and is due before", () => {
    const loop = new Loop();
    loop.offer("first", 8, 10);
    loop.nowMs += 10;
    for (let n = 0; n < 129; n++) loop.turns.isHogged("", String);
    const cheap = (bytes: number): unknown => loop.turns.run(bytes, () => "done");
    expect(cheap(10_000)).toBeInstanceOf(Promise);
    expect(cheap(20_000)).toBeInstanceOf(Promise);
    void loop.turns.run(21_000, () => (loop.nowMs += 10));
    void loop.turns.run(100_000, () => "waits on");
    loop.turn();
    expect(loop.turns.waiting).toBe(1);
    expect(cheap(100_000)).toBeInstanceOf(Promise);
    expect(cheap(5000)).toBe("done");
  });

  test("puts off nothing cheap, unless it comes after much work of the turn", () => {
    const loop = new Loop();
    loop.offer("first", 8, 3);
    loop.nowMs += 10;
    const cheap = (ms: number): unknown => loop.turns.run(5000, () => (loop.nowMs += ms));
    expect(loop.offer("waits", 1, 1)).toBe(false);
    expect(cheap(2)).toBeNumber();
    expect(cheap(2)).toBeInstanceOf(Promise);
  });

  test("puts off nothing cheap, unless it comes after many requests of the turn", () => {
    const loop = new Loop();
    loop.offer("first", 8, 3);
    loop.nowMs += 10;
    const cheap = (): unknown => loop.turns.run(5000, () => "done");
    expect(loop.offer("waits", 1, 1)).toBe(false);
    for (let n = 0; n < 128; n++) loop.turns.isHogged("", String);
    expect(cheap()).toBe("done");
    loop.turns.isHogged("", String);
    expect(cheap()).toBeInstanceOf(Promise);
    loop.turn();
    expect(cheap()).toBe("done");
  });

  test("gives what the work gives, or throws, at once or later", async () => {
    const loop = new Loop();
    expect(loop.turns.run(0, () => 1)).toBe(1);
    expect(() => loop.turns.run(0, fail)).toThrow("no");
    loop.offer("long", 8, 10);
    loop.nowMs += 10;
    const [later, failing] = [loop.turns.run(199_999, () => 2), loop.turns.run(199_999, fail)];
    loop.turn();
    expect(await later).toBe(2);
    expect(await rejectionOf(Promise.resolve(failing))).toMatchObject({ message: "no" });
  });

  test("lets what waits be taken out", async () => {
    const loop = new Loop();
    loop.offer("long", 8, 10);
    loop.nowMs += 10;
    let takeOut: ((instead: string) => void) | undefined;
    const waiting = loop.turns.run(
      199_999,
      () => "done",
      (leave) => (takeOut = leave),
    );
    takeOut?.("cut off");
    expect(await waiting).toBe("cut off");
    expect(loop.turns.waiting).toBe(0);
    loop.turn();
  });
});

describe("LoopTurns.isHogged()", () => {
  test("is about a connection that has had many answers in one turn, of many", () => {
    const loop = new Loop();
    const hogged = (connection: string): boolean => loop.turns.isHogged(connection, String);
    for (let n = 0; n < 128; n++) expect(hogged("pipelining")).toBe(false);
    for (let n = 0; n < 19; n++) expect(hogged("pipelining")).toBe(false);
    expect(hogged("pipelining")).toBe(true);
    for (let n = 0; n < 19; n++) expect(hogged(`another ${n}`)).toBe(false);
    loop.turn();
    expect(hogged("pipelining")).toBe(false);
  });
});
