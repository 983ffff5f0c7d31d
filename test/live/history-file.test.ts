import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { EVENT_TEXT_MAX, EVENTS_MAX } from "../../src/live/event-list.ts";
import { HISTORY_FILE, HISTORY_FILE_MAX_BYTES, HistoryFile } from "../../src/live/history-file.ts";
import { History } from "../../src/live/history.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { TempDir } from "../support/temp-dir.ts";
import { readingAt } from "./readings.ts";

const START_MS = 1_795_764_308_580;
const EVENT = {
  atMs: START_MS,
  name: "warp_telemetry.oom_kill",
  severity: "error",
  text: 'a "job"\n',
  oomScope: "machine",
} as const;

afterEach(releaseLog);

function filled(seconds = 100): History {
  const history = new History();
  for (let second = 0; second < seconds; second++) {
    history.add(readingAt(START_MS + second * 1000, { cpuMean: second / seconds, networkReceive: second * 1e7 }));
  }
  history.events.add(EVENT);
  return history;
}

function keeper(folder: TempDir, bootId = "boot 1"): HistoryFile {
  return new HistoryFile(HeldFolder.open(folder.path), bootId);
}

describe("HistoryFile", () => {
  test("gives the next run of the same boot what it had", () => {
    using folder = new TempDir("live");
    const [before, after] = [filled(5000), new History()];
    keeper(folder).write(before);
    expect(keeper(folder).read(after)).toBe(true);
    expect(after.series()).toEqual(before.series());
    expect(after.events.all).toEqual([EVENT]);
    before.add(readingAt(START_MS + 6_000_000, { cpuMean: 7 }));
    after.add(readingAt(START_MS + 6_000_000, { cpuMean: 7 }));
    expect(after.series()).toEqual(before.series());
    expect(statSync(folder.file(HISTORY_FILE)).mode & 0o777).toBe(0o600);
  });

  test("gives another boot nothing, and says nothing", () => {
    using folder = new TempDir("live");
    const lines = captureLog();
    keeper(folder).write(filled());
    const history = new History();
    expect(keeper(folder, "boot 2").read(history)).toBe(false);
    expect([history.buckets, history.events.all, lines]).toEqual([0, [], []]);
  });

  test("says nothing where there is no file, and keeps events without a reading", () => {
    using folder = new TempDir("live");
    const lines = captureLog();
    const [before, after] = [new History(), new History()];
    expect(keeper(folder).read(after)).toBe(false);
    before.events.add(EVENT);
    keeper(folder).write(before);
    expect(keeper(folder).read(after)).toBe(true);
    expect(after.events.all).toEqual([EVENT]);
    after.add(readingAt(START_MS, { cpuMean: 1 }));
    expect([after.series().values["cpu.mean"]?.max, lines]).toEqual([[1], []]);
  });

  test("drops a file that is cut or changed anywhere, with one line in the log", () => {
    using folder = new TempDir("live");
    keeper(folder).write(filled(20));
    const whole = readFileSync(folder.file(HISTORY_FILE));
    const lines = captureLog();
    let damaged = 0;
    const readDamaged = (bytes: Uint8Array): void => {
      damaged++;
      writeFileSync(folder.file(HISTORY_FILE), bytes);
      const history = new History();
      expect(keeper(folder).read(history)).toBe(false);
      expect([history.buckets, history.events.all]).toEqual([0, []]);
      expect(lines).toHaveLength(damaged);
      expect(lines.at(-1)).toContain("WARN  live: Cannot read the history of the last run; it begins anew");
    };
    for (let at = 0; at < whole.length; at += 7) {
      readDamaged(whole.subarray(0, at));
      readDamaged(whole.map((byte, index) => (index === at ? byte ^ 0x10 : byte)));
    }
    readDamaged(Buffer.from("something\nelse, of somebody else"));
    expect(damaged).toBeGreaterThan(100);
  });

  test.each([
    ["another format", { format: "warp-telemetry history 2" }],
    ["a bucket of no length", { bucketMs: 0 }],
    ["too many buckets", { buckets: 1e6 }],
    ["half a bucket", { buckets: 0.5 }],
    ["fewer buckets than none", { buckets: -1 }],
    ["times that do not fit", { lastMs: START_MS * 2 }],
  ])("drops a file with %s, though its sum is right", (_, change) => {
    using folder = new TempDir("live");
    const lines = captureLog();
    keeper(folder).write(filled(20));
    const whole = readFileSync(folder.file(HISTORY_FILE));
    const lineEnd = whole.indexOf(0x0a);
    const head: Readonly<Record<string, unknown>> = JSON.parse(whole.subarray(0, lineEnd).toString());
    const changed = Buffer.from(`${JSON.stringify({ ...head, ...change })}\n`);
    const bytes = Buffer.concat([changed, whole.subarray(lineEnd + 1)]);
    bytes.writeUInt32LE(Bun.hash.crc32(bytes.subarray(0, -4)), bytes.length - 4);
    writeFileSync(folder.file(HISTORY_FILE), bytes);
    const history = new History();
    expect(keeper(folder).read(history)).toBe(false);
    expect([history.buckets, lines.length]).toEqual([0, 1]);
  });

  test("a kill between two writes leaves the one before", () => {
    using folder = new TempDir("live");
    const before = filled();
    keeper(folder).write(before);
    // As far as a kill lets replaceFile come: the new file has not got its name yet.
    writeFileSync(folder.file(`${HISTORY_FILE}.tmp`), "half of it");
    const after = new History();
    expect(keeper(folder).read(after)).toBe(true);
    expect(after.series()).toEqual(before.series());
    keeper(folder).write(after);
    expect(existsSync(folder.file(`${HISTORY_FILE}.tmp`))).toBe(false);
  });

  test("reads no link, and nothing that is too large", () => {
    using folder = new TempDir("live");
    const lines = captureLog();
    writeFileSync(folder.file("other"), "");
    symlinkSync("other", folder.file(HISTORY_FILE));
    expect(keeper(folder).read(new History())).toBe(false);
    rmSync(folder.file(HISTORY_FILE));
    writeFileSync(folder.file(HISTORY_FILE), Buffer.alloc(HISTORY_FILE_MAX_BYTES + 1), { mode: 0o600 });
    expect(keeper(folder).read(new History())).toBe(false);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(`at most ${HISTORY_FILE_MAX_BYTES} wanted`);
  });

  test("is small at its largest", () => {
    using folder = new TempDir("live");
    const history = filled(20_000);
    for (let n = 0; n < EVENTS_MAX; n++) history.events.add({ ...EVENT, text: "\u0001".repeat(EVENT_TEXT_MAX) });
    keeper(folder).write(history);
    const after = new History();
    expect(keeper(folder).read(after)).toBe(true);
    expect(after.events.all).toHaveLength(EVENTS_MAX);
    expect(statSync(folder.file(HISTORY_FILE)).size).toBeLessThan(HISTORY_FILE_MAX_BYTES);
  });

  test("says once that it cannot be saved", () => {
    using folder = new TempDir("live");
    const lines = captureLog();
    const file = keeper(folder);
    rmSync(folder.path, { recursive: true });
    file.write(filled());
    file.write(filled());
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("Cannot save the history of the run");
  });
});
