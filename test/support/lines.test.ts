import { expect, test } from "bun:test";
import { deliveryOf, linesOf, ownLinesOf } from "./lines.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("linesOf() reads the lines of one stream's objects", () => {
  const objects = new Map([
    ["20260101-000000.logs.log", bytes("a\nb\n")],
    ["20260101-000000.metrics.log", bytes("m\n")],
    ["20260101-000001.logs.log", bytes("c\n")],
  ]);
  expect(linesOf(objects, "logs")).toEqual(["a", "b", "c"]);
});

test("linesOf() refuses an object whose last line is cut off, and one that is not UTF-8", () => {
  expect(() => linesOf(new Map([["x.logs.log", bytes("a\nb")]]))).toThrow("cut off");
  expect(() => linesOf(new Map([["x.logs.log", new Uint8Array([0xff, 0x0a])]]))).toThrow();
});

test("deliveryOf() tells missing, doubled and foreign lines apart, and counts equal lines", () => {
  expect(deliveryOf(["a", "b", "b", "c"], ["a", "b", "c", "c", "d"])).toEqual({
    missing: ["b"],
    doubled: ["c"],
    foreign: ["d"],
  });
  expect(deliveryOf(["a", "a"], ["a", "a"])).toEqual({ missing: [], doubled: [], foreign: [] });
});

test("linesOf() leaves out what the agent says of the machine, ownLinesOf() gives it", () => {
  const text = `a\n${own("events")}\n${own("processes")}\n${own("runner")}\n`;
  const objects = new Map([["20260101-000000.logs.log", bytes(text)]]);
  expect(linesOf(objects)).toEqual(["a", own("runner")]);
  expect(ownLinesOf(objects, "events")).toEqual([own("events")]);
  expect(ownLinesOf(objects, "processes")).toEqual([own("processes")]);
});

function own(scope: string): string {
  return `{"resourceLogs":[{"scopeLogs":[{"scope":{"name":"warp-telemetry/${scope}","version":"1"},"logRecords":[]}]}]}`;
}
