import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { ALL_OF_IT, journalStart, type Moment, momentNow } from "../../src/collector/journal-start.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { TempDir } from "../support/temp-dir.ts";

const NOW: Moment = { bootId: "0123456789abcdef0123456789abcdef", monotonicUs: 5, unixSeconds: 7 };

test("the journal is read from the first start on, also at later starts", () => {
  using directory = new TempDir("collector");
  const folder = HeldFolder.open(directory.path);
  expect(journalStart(folder, NOW)).toEqual({ from: NOW, isFirst: true });
  expect(journalStart(folder, { ...NOW, monotonicUs: 9 })).toEqual({ from: NOW, isFirst: false });
});

test("nothing is left out where an older version has left its place in the journal", () => {
  using directory = new TempDir("collector");
  const folder = HeldFolder.open(directory.path);
  mkdirSync(directory.file("storage"));
  writeFileSync(directory.file("storage", "receiver_journald_"), "");
  expect(journalStart(folder, NOW)).toEqual(ALL_OF_IT);
});

test("a damaged note counts as none", () => {
  using directory = new TempDir("collector");
  const folder = HeldFolder.open(directory.path);
  journalStart(folder, NOW);
  writeFileSync(directory.file("journal-start.json"), `{"bootId":"; drop"}${" ".repeat(200)}`);
  expect(journalStart(folder, NOW).from).toEqual(NOW);
  expect(journalStart(folder, { ...NOW, unixSeconds: 8 }).from).toEqual(NOW);
});

test.skipIf(process.platform !== "linux")("momentNow() has the boot as the journal writes it", () => {
  const [first, second] = [momentNow(), momentNow()];
  expect(first?.bootId).toMatch(/^[0-9a-f]{32}$/);
  expect(second?.monotonicUs).toBeGreaterThanOrEqual(first?.monotonicUs ?? Infinity);
});
