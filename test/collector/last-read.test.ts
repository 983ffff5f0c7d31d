import { afterEach, beforeEach, expect, test } from "bun:test";
import { type LastRead, readToTheEnd, type WriteMark } from "../../src/collector/last-read.ts";
import { Marks } from "../../src/collector/marks.ts";
import type { LineSink, Sender } from "../../src/pipeline.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { TestClock } from "../support/test-clock.ts";
import { loopTurns } from "../support/turns.ts";

let log: string[];

beforeEach(() => (log = captureLog()));
afterEach(releaseLog);

const SINK: LineSink = { lineMaxBytes: 1024, offer: () => "accepted" };
const NEVER = new Promise<void>(() => {});

/** Waits for the end of what `marks` count, of which `unread` is left. */
function reading(marks: Marks, { write = () => {}, ...change }: Partial<LastRead> & { write?: WriteMark } = {}) {
  const clock = new TestClock();
  const options = { timeoutMs: 5000, quietMs: 1000, ended: NEVER, unread: () => undefined, clock, ...change };
  let isOver = false;
  const done = readToTheEnd(marks, write, options).then(() => (isOver = true));
  return {
    done,
    /** Lets time pass, in which `sender` brings a line every so often; whether the wait is over then. */
    pass: async (ms: number, everyMs = ms, sender?: Sender): Promise<boolean> => {
      for (let passedMs = 0; passedMs < ms; passedMs += everyMs) {
        if (sender !== undefined) marks.offer(SINK, Buffer.from("{}"), sender);
        clock.pass(everyMs);
        await loopTurns();
      }
      return isOver;
    },
  };
}

test("says how many bytes are unread when no mark comes back in time", async () => {
  const { pass } = reading(new Marks("word"), { unread: () => 4711 });
  expect(await pass(999)).toBe(false);
  expect(await pass(1)).toBe(true);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain("Cannot tell that the system log was read to its end");
  expect(log[0]).toContain("unreadBytes=4711");
});

test("says nothing of bytes that nobody knows", async () => {
  await reading(new Marks("word")).pass(1000);
  expect(log[0]).toContain("waitedMs=1000");
  expect(log[0]).not.toContain("unreadBytes");
});

test("waits longer for a collector that is slow and still brings lines, until the time is over", async () => {
  const slow = reading(new Marks("word"));
  expect(await slow.pass(4900, 100, "own")).toBe(false);
  expect(await slow.pass(100, 100, "own")).toBe(true);
  const beside = reading(new Marks("word"));
  expect(await beside.pass(900, 100, "other")).toBe(false);
  expect(await beside.pass(100, 100, "other")).toBe(true);
});

test("does not wait when the collector has ended", async () => {
  await reading(new Marks("word"), { ended: Promise.resolve() }).done;
  expect(log[0]).toContain("waitedMs=0");
});

test("both marks come back: says nothing", async () => {
  const marks = new Marks("word");
  const written: string[] = [];
  const write = (mark: string): void => {
    written.push(mark);
    const line = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: mark } }] }] }] };
    marks.offer(SINK, Buffer.from(JSON.stringify(line)), "own");
  };
  await reading(marks, { write }).done;
  expect(written).toHaveLength(2);
  expect(log).toEqual([]);
});
