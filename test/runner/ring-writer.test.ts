import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, writeFileSync } from "node:fs";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import type { OfferResult } from "../../src/pipeline.ts";
import { LogFile } from "../../src/runner/log-file.ts";
import { PositionStore } from "../../src/runner/position-store.ts";
import { RingWriter } from "../../src/runner/ring-writer.ts";
import { SourceFolder } from "../../src/runner/source-folder.ts";
import { TempDir } from "../support/temp-dir.ts";
import { MemorySink, RESOURCE } from "./support.ts";

let directory: TempDir;
let sink: MemorySink;
let store: PositionStore;
let writer: RingWriter;
let file: LogFile;

beforeEach(() => {
  directory = new TempDir("runner");
  writeFileSync(directory.file("a.log"), "x".repeat(1000));
  const folder = SourceFolder.open(directory.path);
  sink = new MemorySink();
  store = new PositionStore(HeldFolder.open(directory.file("home")), 0);
  writer = new RingWriter(store, sink, RESOURCE);
  file = LogFile.open(folder, "a.log", () => undefined);
});
afterEach(() => {
  file.close();
  directory[Symbol.dispose]();
});

/** A record of so many bytes of the file. */
function add(bytes: number): boolean {
  if (!writer.add(file, '{"body":{"stringValue":"text"}}')) return false;
  file.take(bytes);
  return true;
}

describe("RingWriter", () => {
  test("moves a file when its records are in the ring, and not before", () => {
    expect(add(100)).toBe(true);
    expect(add(50)).toBe(true);
    expect(file.position).toBe(0);
    expect(writer.flush()).toBe(true);
    expect(file.position).toBe(150);
    expect(store.get(file.key)?.bytes).toBe(150);
    expect({ records: writer.records, lines: writer.lines }).toEqual({ records: 2, lines: 1 });
  });

  test.each(["full", "failed", "closed"] satisfies OfferResult[])(
    "keeps one line and takes nothing more while the ring answers %s",
    (answer) => {
      sink.answer = answer;
      add(100);
      expect(writer.flush()).toBe(false);
      expect(add(50)).toBe(false);
      expect(file.position).toBe(0);
      expect(store.get(file.key)).toBeUndefined();
      sink.answer = "accepted";
      expect(add(50)).toBe(true);
      expect(file.position).toBe(100);
      expect(writer.flush()).toBe(true);
      expect(sink.texts).toHaveLength(2);
    },
  );

  test("a file that was begun anew while its line waited is not moved", () => {
    sink.answer = "full";
    add(1000);
    writer.flush();
    writeFileSync(directory.file("a.log"), "y");
    // It was not handed on yet, so nothing but its position tells: as when a look finds it shorter.
    file.position = 1000;
    file.look(performance.now());
    sink.answer = "accepted";
    expect(writer.flush()).toBe(true);
    expect(file.position).toBe(0);
  });

  test("bytes without a record move with the next line, or without one", () => {
    writer.skip(file);
    file.take(10);
    expect(writer.flush()).toBe(true);
    expect(file.position).toBe(10);
    expect(sink.lines).toEqual([]);
  });

  test("says why it cannot write down a position, and goes on when it can", () => {
    add(100);
    const path = directory.file("home", "positions.new");
    Bun.spawnSync(["mkdir", "-p", `${path}/in-the-way`]);
    expect(writer.flush()).toBe(false);
    expect(writer.writeError).toBeDefined();
    expect(sink.lines).toEqual([]);
    Bun.spawnSync(["rm", "-r", path]);
    appendFileSync(directory.file("a.log"), "more");
    expect(writer.flush()).toBe(true);
    expect(writer.writeError).toBeUndefined();
    expect(file.position).toBe(100);
  });
});
