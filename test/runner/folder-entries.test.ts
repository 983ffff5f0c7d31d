import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { FolderListing } from "../../src/runner/folder-entries.ts";
import { SourceFolder } from "../../src/runner/source-folder.ts";
import { TempDir } from "../support/temp-dir.ts";

/** Every part of a listing. */
function listed(path: string): string[][] {
  const folder = SourceFolder.open(path);
  const listing = new FolderListing(folder);
  const parts: string[][] = [];
  for (let part = listing.next(); part.length > 0; part = listing.next()) {
    parts.push(part.map(({ name, kind }) => `${kind} ${name}`));
  }
  listing.close();
  folder.close();
  return parts;
}

test.skipIf(process.platform === "win32")("FolderListing tells every entry with its kind", () => {
  using directory = new TempDir();
  writeFileSync(directory.file("a.log"), "");
  mkdirSync(directory.file("folder"));
  symlinkSync("nowhere", directory.file("link"));
  Bun.spawnSync(["mkfifo", directory.file("fifo")]);
  expect(listed(directory.path).flat().toSorted()).toEqual(["file a.log", "folder folder", "link link", "other fifo"]);
});

test.skipIf(process.platform !== "linux")("FolderListing gives a large folder in parts, each entry once", () => {
  using directory = new TempDir();
  for (let n = 0; n < 2000; n++) writeFileSync(directory.file(`a-rather-long-name-of-a-file-${n}`), "");
  const parts = listed(directory.path);
  expect(parts.length).toBeGreaterThan(1);
  expect(new Set(parts.flat()).size).toBe(2000);
  expect(parts.flat()).toHaveLength(2000);
});

test.skipIf(process.platform === "win32")("FolderListing of an empty folder has no part", () => {
  using directory = new TempDir();
  expect(listed(directory.path)).toEqual([]);
});
