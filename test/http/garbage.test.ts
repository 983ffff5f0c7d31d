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

test("Garbage.add() asks for a full one every five seconds, and only under load", () => {
  const { garbage, asked, clock } = collections();
  clock.ms = 4999;
  garbage.add(16 * MIB);
  clock.ms = 5000;
  expect(asked).toEqual(["quick"]);
  garbage.add(16 * MIB);
  garbage.add(16 * MIB);
  clock.ms = 10_000;
  garbage.add(16 * MIB);
  expect(asked).toEqual(["quick", "full", "quick", "full"]);
});

test("Garbage collects with what Bun has", () => {
  expect(() => new Garbage().add(16 * MIB)).not.toThrow();
});
