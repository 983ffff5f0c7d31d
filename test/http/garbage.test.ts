import { expect, test } from "bun:test";
import { Garbage } from "../../src/http/garbage.ts";

const MIB = 1024 * 1024;

/** What a Garbage asks for, with a clock of its own. */
function collections() {
  const asked: ("quick" | "full")[] = [];
  const clock = { ms: 0 };
  const garbage = new Garbage(
    (isFull) => asked.push(isFull ? "full" : "quick"),
    () => clock.ms,
  );
  return { garbage, asked, clock };
}

const quick = (count: number) => Array.from({ length: count }, () => "quick" as const);

test("Garbage.add() asks for a quick collection after 1,024 requests, however small", () => {
  const { garbage, asked } = collections();
  for (let n = 1; n < 1024; n++) garbage.add(1);
  expect(asked).toEqual([]);
  garbage.add(1);
  expect(asked).toEqual(["quick"]);
  for (let n = 1; n < 1024; n++) garbage.add(1);
  expect(asked).toEqual(["quick"]);
});

test("Garbage.add() asks for one after 16 MiB, however few", () => {
  const { garbage, asked } = collections();
  garbage.add(10 * MIB);
  expect(asked).toEqual([]);
  garbage.add(6 * MIB);
  garbage.add(15 * MIB);
  expect(asked).toEqual(["quick"]);
});

test("Garbage.add() asks for a full one at most every five seconds, and after eight quick ones", () => {
  const { garbage, asked, clock } = collections();
  clock.ms = 4999;
  for (let n = 0; n < 20; n++) garbage.add(16 * MIB);
  expect(asked).toEqual(quick(20));
  clock.ms = 5000;
  garbage.add(16 * MIB);
  expect(asked.splice(0)).toEqual([...quick(20), "full"]);
  clock.ms = 100_000;
  for (let n = 0; n < 9; n++) garbage.add(16 * MIB);
  expect(asked).toEqual([...quick(7), "full", "quick"]);
});

test("Garbage.add() asks for a full one after 8,192 requests that have waited, however soon", () => {
  const { garbage, asked } = collections();
  for (let n = 1; n < 8192; n++) garbage.addWaiting();
  garbage.add(16 * MIB);
  garbage.addWaiting();
  for (let n = 0; n < 3; n++) garbage.add(16 * MIB);
  expect(asked).toEqual(["quick", "full", "quick", "quick"]);
});

test("Garbage collects with what Bun has", () => {
  expect(() => new Garbage().add(16 * MIB)).not.toThrow();
});
