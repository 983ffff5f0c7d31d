import { expect, test } from "bun:test";
import { readMoment } from "../../src/cli/moment.ts";

const NOW_MS = Date.parse("2026-11-27T12:00:00Z");

test.each([
  ["2026-11-27", "2026-11-27T00:00:00Z"],
  ["2026-11-27T14:00Z", "2026-11-27T14:00:00Z"],
  ["2026-11-27 14:00", "2026-11-27T14:00:00Z"],
  ["2026-11-27T14:00:05.5", "2026-11-27T14:00:05.5Z"],
  ["2026-11-27T14:00+02:00", "2026-11-27T12:00:00Z"],
  ["2h", "2026-11-27T10:00:00Z"],
  ["1h30m", "2026-11-27T10:30:00Z"],
])("readMoment() takes %s for %s", (text, time) => {
  expect(readMoment(text, NOW_MS)).toBe(Date.parse(time));
});

test.each(["", "yesterday", "2026", "2026-13-40", "27.11.2026", "12:00", "-2h", "2026-11-27T25:00Z"])(
  "readMoment() does not guess what %p is",
  (text) => {
    expect(readMoment(text, NOW_MS)).toBeUndefined();
  },
);
