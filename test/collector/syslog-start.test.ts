import { expect, test } from "bun:test";
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { CollectorFolder } from "../../src/collector/collector-folder.ts";
import { SyslogStart } from "../../src/collector/syslog-start.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { arrayAt, valueAt } from "../support/json.ts";
import { TempDir } from "../support/temp-dir.ts";

const STORAGE = ["collector", "storage", "receiver_filelog_syslog"] as const;

/** The entries of the list in the storage, those that were made up left out. */
function known(directory: TempDir): unknown[] {
  const text = readFileSync(directory.file(...STORAGE))
    .subarray(3 * 4096 + 32 + "file_input.knownFiles".length)
    .toString();
  const [count, ...lines] = text.slice(0, text.lastIndexOf("\n")).split("\n");
  expect(count).toBe("6");
  const entries = arrayAt(JSON.parse(`[${lines.join(",")}]`));
  expect(entries).toHaveLength(6);
  return entries.filter((entry) => valueAt(entry, "Offset") !== 0);
}

function entryOf(first: string, Offset: number) {
  return { Fingerprint: { first_bytes: Buffer.from(first).toString("base64") }, Offset, FileAttributes: {} };
}

function folderIn(directory: TempDir): CollectorFolder {
  const folder = new CollectorFolder(HeldFolder.open(directory.path));
  folder.prepareStorage(undefined);
  return folder;
}

test("tells how long the files were at the start, by their first 8 KiB, and nothing of empty ones", () => {
  using directory = new TempDir("syslog");
  using folder = folderIn(directory);
  const paths = [directory.file("syslog"), directory.file("syslog.1")];
  const long = "long ".repeat(2000);
  writeFileSync(directory.file("syslog"), "old\n");
  writeFileSync(directory.file("syslog.1"), long);
  const start = new SyslogStart(directory.file("syslog"));
  appendFileSync(directory.file("syslog"), "new\n");
  start.tell(folder, paths, undefined);
  expect(known(directory)).toEqual([entryOf("old\n", 4), entryOf(long.slice(0, 8192), 10_000)]);
  expect(start.isEmpty(paths)).toBe(false);
  expect(start.isEmpty([directory.file("absent")])).toBe(true);
});

test("knows nothing of a file that has come since in the place of another", () => {
  using directory = new TempDir("syslog");
  using folder = folderIn(directory);
  const path = directory.file("syslog");
  writeFileSync(path, "old\n");
  const start = new SyslogStart(path);
  renameSync(path, `${path}.2`);
  writeFileSync(path, "new and longer\n");
  start.tell(folder, [path], undefined);
  expect(known(directory)).toEqual([]);
});

test("knows a file that was rotated since by its new name", () => {
  using directory = new TempDir("syslog");
  using folder = folderIn(directory);
  const path = directory.file("syslog");
  writeFileSync(path, "old\n");
  const start = new SyslogStart(path);
  renameSync(path, `${path}.1`);
  writeFileSync(path, "new\n");
  start.tell(folder, [path, `${path}.1`], undefined);
  expect(known(directory)).toEqual([entryOf("old\n", 4)]);
});

test("a file that may not be looked at is none", () => {
  using directory = new TempDir("syslog");
  writeFileSync(directory.file("file"), "");
  expect(new SyslogStart(directory.file("file", "syslog")).isEmpty([])).toBe(true);
});

test("leaves a storage that is older alone, and has no words for a journal", () => {
  using directory = new TempDir("syslog");
  using folder = folderIn(directory);
  new SyslogStart(directory.file("syslog")).tell(folder, [], undefined);
  expect(existsSync(directory.file(...STORAGE))).toBe(false);
  writeFileSync(directory.file(...STORAGE), "the collector's");
  const start = new SyslogStart(directory.file("syslog"));
  for (let run = 0; run < 3; run++) start.tell(folder, [directory.file("syslog")], undefined);
  expect(readFileSync(directory.file(...STORAGE), "utf8")).toBe("the collector's");
});

test.each([true, false])(
  "a collector that got ready with it (%p) keeps it, another one is started without",
  (isReady) => {
    using directory = new TempDir("syslog");
    using folder = folderIn(directory);
    const start = new SyslogStart(directory.file("syslog"));
    for (let run = 0; run < 3; run++) {
      start.tell(folder, [directory.file("syslog")], undefined);
      // Told again before any was started, it changes nothing.
      start.tell(folder, [directory.file("syslog")], undefined);
      start.started();
      if (isReady) start.ready();
      expect(existsSync(directory.file(...STORAGE))).toBe(isReady || run === 0);
    }
  },
);
