import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { type Position, PositionStore } from "../../src/runner/position-store.ts";
import { TempDir } from "../support/temp-dir.ts";

let directory: TempDir;
let folder: HeldFolder;
beforeEach(() => {
  directory = new TempDir();
  folder = HeldFolder.open(directory.path);
});
afterEach(() => {
  folder.close();
  directory[Symbol.dispose]();
});

function at(bytes: number, key = "file"): Position {
  return { key, bytes, firstBytes: 10, firstHash: 123 };
}

/** What a start finds whose ring has this head. */
function found(headPosition: number, key = "file"): number | undefined {
  return new PositionStore(folder, headPosition).get(key)?.bytes;
}

describe("PositionStore", () => {
  test("believes the newest note when the ring's head has grown since, and not when it has not", () => {
    const store = new PositionStore(folder, 0);
    store.note(1000, [at(50)]);
    store.accept();
    store.note(2000, [at(70)]);
    expect(found(2100)).toBe(70);
    expect(found(2000)).toBe(50);
  });

  test("never believes a note whose line was not taken, though the head has grown by a second crash", () => {
    const store = new PositionStore(folder, 0);
    store.note(1000, [at(50)]);
    store.accept();
    store.note(2000, [at(70)]);
    expect(found(2000)).toBe(50);
    expect(found(9000)).toBe(50);
  });

  test("believes every note but the newest, whatever the ring is by now", () => {
    const store = new PositionStore(folder, 0);
    store.note(1000, [at(50)]);
    store.accept();
    store.note(2000, [at(60, "other")]);
    store.accept();
    expect(found(1000)).toBe(50);
    expect(found(1000, "other")).toBe(60);
  });

  test("forgets a note whose line was refused, though the head grows later by another line", () => {
    const store = new PositionStore(folder, 0);
    store.note(1000, [at(50)]);
    store.accept();
    store.note(2000, [at(70)]);
    store.cancel();
    expect(found(9000)).toBe(50);
    expect(store.get("file")).toEqual(at(50));
  });

  test("a note that was cut off by the crash counts for nothing", () => {
    const store = new PositionStore(folder, 0);
    store.note(1000, [at(50)]);
    store.accept();
    appendFileSync(directory.file("positions"), '{"head":2000,"files":[["file",70,10');
    expect(found(9000)).toBe(50);
  });

  test("stays small, and knows all files after it was made anew", () => {
    const store = new PositionStore(folder, 0);
    for (let n = 1; n <= 20_000; n++) {
      store.note(n * 10, [at(n, `file-${n % 100}`)]);
      store.accept();
    }
    expect(statSync(directory.file("positions")).size).toBeLessThan(400 * 1024);
    expect(found(1_000_000, "file-0")).toBe(20_000);
    expect(found(1_000_000, "file-1")).toBe(19_901);
    expect(existsSync(directory.file("positions.new"))).toBe(false);
  });

  test("close() leaves nothing in question", () => {
    const store = new PositionStore(folder, 0);
    store.note(1000, [at(50)]);
    store.accept();
    store.close();
    store.close();
    expect(found(1000)).toBe(50);
  });

  test("shrinkTo() forgets files that are not followed, once there are many", () => {
    const store = new PositionStore(folder, 0);
    store.note(1000, [at(50), at(60, "gone")]);
    store.accept();
    store.shrinkTo(new Set(["file"]), 2);
    expect(store.get("gone")).toEqual(at(60, "gone"));
    store.shrinkTo(new Set(["file"]), 1);
    store.close();
    expect(found(5000)).toBe(50);
    expect(found(5000, "gone")).toBeUndefined();
  });

  test.each(["", "nonsense", "[]\n", '{"files":[["file","x",1,1],[1,2,3,4],["file",-1.5,0,0]]}\n', "\0\0\0\n"])(
    "begins with nothing when it finds %p",
    (content) => {
      writeFileSync(directory.file("positions"), content);
      expect(found(9000)).toBeUndefined();
    },
  );

  test("does not read through a link, and replaces it by a file", () => {
    writeFileSync(directory.file("elsewhere"), `${JSON.stringify({ files: [["file", 7, 1, 1]] })}\n`);
    symlinkSync(directory.file("elsewhere"), directory.file("positions"));
    const store = new PositionStore(folder, 0);
    expect(store.get("file")).toBeUndefined();
    store.note(1000, [at(50)]);
    expect(readFileSync(directory.file("elsewhere"), "utf8")).toContain('["file",7,1,1]');
    expect(found(5000)).toBe(50);
  });

  test("throws when it cannot write, and goes on when it can again", () => {
    mkdirSync(directory.file("positions"));
    const store = new PositionStore(folder, 0);
    expect(() => store.note(1000, [at(50)])).toThrow();
    expect(() => store.note(1000, [at(50)])).toThrow();
  });
});
