import { afterEach, beforeEach, expect, test } from "bun:test";
import { readToTheEnd } from "../../src/collector/last-read.ts";
import { Marks } from "../../src/collector/marks.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";

let log: string[];

beforeEach(() => (log = captureLog()));
afterEach(releaseLog);

const NEVER = new Promise<void>(() => {});

test("says how many bytes are unread when no mark comes back in time", async () => {
  const end = { timeoutMs: 20, ended: NEVER, unread: () => 4711 };
  await readToTheEnd(new Marks("word"), () => {}, end);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain("Cannot tell that the system log was read to its end");
  expect(log[0]).toContain("unreadBytes=4711");
});

test("says nothing of bytes that nobody knows", async () => {
  await readToTheEnd(new Marks("word"), () => {}, { timeoutMs: 20, ended: NEVER, unread: () => undefined });
  expect(log[0]).toContain("waitedMs=20");
  expect(log[0]).not.toContain("unreadBytes");
});
