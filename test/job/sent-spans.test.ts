import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { SentSpans } from "../../src/job/sent-spans.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { TempDir } from "../support/temp-dir.ts";

let home: TempDir;
let folder: HeldFolder;

beforeEach(() => {
  home = new TempDir("spans");
  folder = HeldFolder.open(home.path);
});
afterEach(() => {
  folder.close();
  home[Symbol.dispose]();
});

describe("SentSpans", () => {
  test("knows at the next start what was accepted, and what was not", () => {
    const sent = new SentSpans(folder, 0);
    sent.note(100, "log", ["a", "b"]);
    sent.accept();
    sent.note(200, "log", ["c"]);
    sent.cancel();
    sent.note(200, "log", ["d"]);
    // The process dies here: the ring's head tells.
    expect(["a", "b", "c", "d"].map((id) => sent.has("log", id))).toEqual([true, true, false, false]);
    const taken = new SentSpans(folder, 300);
    const notTaken = new SentSpans(folder, 200);
    // The ring's head grows by the lines of others before the next start.
    const later = new SentSpans(folder, 999);
    expect(["a", "b", "c", "d"].map((id) => taken.has("log", id))).toEqual([true, true, false, true]);
    for (const next of [notTaken, later])
      expect(["a", "b", "c", "d"].map((id) => next.has("log", id))).toEqual([true, true, false, false]);
  });

  test("keeps of a log that is done nothing but that", () => {
    const sent = new SentSpans(folder, 0);
    sent.note(1, "log", ["a"]);
    sent.accept();
    sent.done("log");
    const next = new SentSpans(folder, 9);
    expect([next.isDone("log"), next.has("log", "b"), next.isDone("other")]).toEqual([true, true, false]);
    next.note(9, "other", ["b"]);
    next.accept();
    expect(readFileSync(home.file("spans"), "utf8").split("\n").slice(0, -1)).toEqual([
      '{"log":"log","spans":[],"isDone":true}',
      '{"head":9,"log":"other","spans":["b"]}',
    ]);
  });

  test("forgets the logs of long ago", () => {
    const sent = new SentSpans(folder, 0);
    for (let n = 0; n <= 4096; n++) sent.done(`${n}`);
    expect([sent.isDone("0"), sent.isDone("1"), sent.isDone("4096")]).toEqual([false, true, true]);
  });

  test.each([
    "",
    "[]\n",
    "{}\n",
    '{"log":1,"spans":[]}\n',
    '{"log":"log","spans":7}\n',
    "\0\0\n",
    '{"log":"x","spans":["a"]',
  ])("begins with nothing when it finds %j", (text) => {
    writeFileSync(home.file("spans"), text);
    const sent = new SentSpans(folder, 0);
    expect([sent.has("x", "a"), sent.isDone("x")]).toEqual([false, false]);
    sent.done("x");
    expect(new SentSpans(folder, 0).isDone("x")).toBe(true);
  });

  test("keeps what stands before a spoiled line", () => {
    writeFileSync(home.file("spans"), '{"log":"a","spans":["1"]}\n{"log":\n{"log":"b","spans":["2"]}\n');
    const sent = new SentSpans(folder, 0);
    expect([sent.has("a", "1"), sent.has("b", "2")]).toEqual([true, false]);
  });

  test("does not read through a link, and throws where it cannot write", () => {
    writeFileSync(home.file("other"), '{"log":"a","spans":["1"]}\n');
    symlinkSync("other", home.file("spans"));
    const sent = new SentSpans(folder, 0);
    expect(sent.has("a", "1")).toBe(false);
    mkdirSync(home.file("spans.tmp"));
    expect(() => sent.note(0, "a", ["1"])).toThrow();
    expect(sent.has("a", "1")).toBe(false);
  });
});
