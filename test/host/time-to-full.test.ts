import { describe, expect, test } from "bun:test";
import { TimeToFull } from "../../src/host/time-to-full.ts";

const MB = 1_000_000;

/** What the last of so many readings says, one a second, of a disk of 1 GB that fills by so much a second. */
function afterSeconds(seconds: number, bytesPerSecond: number): number {
  const time = new TimeToFull();
  let answer = Number.NaN;
  for (let second = 0; second <= seconds; second++) {
    answer = time.read(second * 1000, second * bytesPerSecond, 1000 * MB - second * bytesPerSecond);
  }
  return answer;
}

describe("TimeToFull.read()", () => {
  test("tells the seconds at the present rate, once some are known", () => {
    expect(afterSeconds(4, 10 * MB)).toBeNaN();
    expect(afterSeconds(5, 10 * MB)).toBeCloseTo(95);
    expect(afterSeconds(60, 10 * MB)).toBeCloseTo(40);
  });

  test("does not tell of a disk that stays, empties, or fills up after a day", () => {
    expect(afterSeconds(30, 0)).toBeNaN();
    expect(afterSeconds(30, -MB)).toBeNaN();
    expect(afterSeconds(30, 4096)).toBeNaN();
  });

  test("forgets the rate of more than half a minute ago", () => {
    const time = new TimeToFull();
    for (let second = 0; second <= 20; second++) time.read(second * 1000, second * 100 * MB, 5000 * MB);
    let used = 2000 * MB;
    for (let second = 21; second <= 60; second++) time.read(second * 1000, (used += MB), 5000 * MB);
    expect(time.read(61_000, used + MB, 100 * MB)).toBeCloseTo(100);
  });

  test("takes three readings along that are ten seconds apart, and none that is older", () => {
    const time = new TimeToFull();
    for (let at = 0; at <= 3; at++) time.read(at * 10_000, at * 900 * MB, 5000 * MB);
    let answer = Number.NaN;
    for (let at = 4; at <= 7; at++) answer = time.read(at * 10_000, 2700 * MB + at * 10 * MB, 100 * MB);
    expect(answer).toBeCloseTo(100);
  });

  test("works at long intervals, by the reading before", () => {
    const time = new TimeToFull();
    for (let minute = 0; minute < 100; minute++) time.read(minute * 60_000, minute * 60 * MB, 600 * MB);
    expect(time.read(100 * 60_000, 100 * 60 * MB, 600 * MB)).toBeCloseTo(600);
  });

  test("begins anew for another disk", () => {
    const time = new TimeToFull();
    for (let second = 0; second <= 10; second++) time.read(second * 1000, second * MB, 100 * MB);
    time.reset();
    expect(time.read(11_000, 900 * MB, 100 * MB)).toBeNaN();
  });

  test("is 0 for a disk that has nothing free any more", () => {
    const time = new TimeToFull();
    for (let second = 0; second < 9; second++) time.read(second * 1000, second * MB, 9 * MB - second * MB);
    expect(time.read(9000, 9 * MB, 0)).toBe(0);
  });
});
