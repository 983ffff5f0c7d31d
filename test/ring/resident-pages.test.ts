import { expect, test } from "bun:test";
import { ResidentPages } from "../../src/ring/resident-pages.ts";
import { CrashMemory } from "./crash-memory.ts";

const MIB = 1024 * 1024;

/** Pages with a clock of their own, and how often they were given back. */
function pages() {
  const clock = { ms: 0 };
  const released: number[] = [];
  const memory = new CrashMemory(new Uint8Array(0), () => {});
  memory.releasePages = (offset?: number): void => void released.push(offset ?? 0);
  return { subject: new ResidentPages(memory, () => clock.ms), clock, released };
}

test("ResidentPages keeps them while the store keeps up", () => {
  const { subject, clock, released } = pages();
  for (let n = 0; n < 10; n++) {
    subject.onSeal();
    clock.ms += 250;
    subject.onPut(20 * MIB);
    subject.onStored(20 * MIB, false);
    clock.ms += 10_000;
    subject.onPut(20 * MIB);
  }
  expect(released).toEqual([]);
});

test("ResidentPages gives them back each 4 MiB while the store is slow, and when it has taken a batch then", () => {
  const { subject, clock, released } = pages();
  subject.onPut(5 * MIB);
  clock.ms = 251;
  subject.onPut(1);
  expect(released).toEqual([8 * MIB]);
  subject.onPut(3 * MIB);
  expect(released).toHaveLength(1);
  subject.onPut(MIB);
  expect(released).toHaveLength(2);
  subject.onStored(4 * MIB, false);
  expect(released).toHaveLength(3);
});

test("ResidentPages gives them back after a burst", () => {
  const { subject, released } = pages();
  subject.onPut(3 * MIB);
  subject.onStored(1, true);
  expect(released).toEqual([]);
  subject.onStored(3 * MIB, true);
  expect(released).toEqual([8 * MIB]);
});
