import { afterEach, beforeEach, expect, test } from "bun:test";
import { readToTheEnd } from "../../src/collector/last-read.ts";
import { Marks } from "../../src/collector/marks.ts";
import type { LineSink } from "../../src/pipeline.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";

let log: string[];

beforeEach(() => (log = captureLog()));
afterEach(releaseLog);

const SINK: LineSink = { lineMaxBytes: 1024, offer: () => "accepted" };
const NEVER = new Promise<void>(() => {});

test("says how many bytes are unread when no mark comes back in time", async () => {
  const end = { timeoutMs: 20, quietMs: 20, ended: NEVER, unread: () => 4711 };
  await readToTheEnd(new Marks("word"), () => {}, end);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain("Cannot tell that the system log was read to its end");
  expect(log[0]).toContain("unreadBytes=4711");
});

test("says nothing of bytes that nobody knows", async () => {
  await readToTheEnd(new Marks("word"), () => {}, {
    timeoutMs: 20,
    quietMs: 20,
    ended: NEVER,
    unread: () => undefined,
  });
  expect(log[0]).toMatch(/waitedMs=\d+/);
  expect(log[0]).not.toContain("unreadBytes");
});

test("waits longer for a collector that is slow and still brings lines, until the time is over", async () => {
  const marks = new Marks("word");
  const bringing = setInterval(() => marks.offer(SINK, Buffer.from("{}"), "own"), 20);
  const startMs = performance.now();
  await readToTheEnd(marks, () => {}, { timeoutMs: 400, quietMs: 100, ended: NEVER, unread: () => undefined });
  clearInterval(bringing);
  expect(performance.now() - startMs).toBeWithin(390, 900);
  const others = setInterval(() => marks.offer(SINK, Buffer.from("{}"), "other"), 20);
  const againMs = performance.now();
  await readToTheEnd(marks, () => {}, { timeoutMs: 5000, quietMs: 100, ended: NEVER, unread: () => undefined });
  clearInterval(others);
  expect(performance.now() - againMs).toBeLessThan(1000);
});

test("both marks come back: says nothing", async () => {
  const marks = new Marks("word");
  const written: string[] = [];
  const write = (mark: string): void => {
    written.push(mark);
    const line = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: mark } }] }] }] };
    marks.offer(SINK, Buffer.from(JSON.stringify(line)), "own");
  };
  await readToTheEnd(marks, write, { timeoutMs: 5000, quietMs: 5000, ended: NEVER, unread: () => undefined });
  expect(written).toHaveLength(2);
  expect(log).toEqual([]);
});
