import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ALL_OF_IT,
  journalStart,
  type Moment,
  momentNow,
  momentOfStart,
  processAgeUs,
} from "../../src/collector/journal-start.ts";
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

test("momentOfStart() is that of the process, unless it is long ago or cannot be", () => {
  const now = { ...NOW, monotonicUs: 100_000_000, unixSeconds: 1000 };
  expect(momentOfStart(now, 2_500_000)).toEqual({ ...now, monotonicUs: 97_500_000, unixSeconds: 997 });
  for (const agoUs of [61_000_000, -1, undefined]) expect(momentOfStart(now, agoUs)).toEqual(now);
  expect(momentOfStart(undefined, 5)).toBeUndefined();
});

const ownAgeUs = (): number => processAgeUs() ?? Number.NaN;

/** The kernel counts so since a process began, twice as a margin. */
const TICK_US = 20_000;

test.skipIf(process.platform !== "linux")("processAgeUs() is the time since a process began", async () => {
  const code = `
    const { processAgeUs } = await import(${JSON.stringify(join(import.meta.dir, "../../src/collector/journal-start.ts"))});
    console.log(JSON.stringify([performance.now() * 1000, processAgeUs()]));`;
  const beforeUs = ownAgeUs();
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe" });
  const [sinceFirstLineUs, ageUs]: number[] = JSON.parse(await new Response(child.stdout).text());
  const sinceSpawnUs = ownAgeUs() - beforeUs;
  expect(ageUs).toBeWithin((sinceFirstLineUs ?? Number.NaN) - TICK_US, sinceSpawnUs + TICK_US);
});
