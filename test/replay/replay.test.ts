import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Sent } from "../../src/replay/otlp-target.ts";
import { newestSecond, type Place, replay } from "../../src/replay/replay.ts";
import { FolderObjects } from "../../src/stored/folder-objects.ts";
import { TempDir } from "../support/temp-dir.ts";

const never = new AbortController().signal;
const LOG = '{"resourceLogs":[1]}';
const SPAN = ' { "resourceSpans" :[1]}';
const POINT = '{"x":0,"resourceMetrics":[1]}';

class TestTarget {
  readonly sent: string[] = [];
  answer: Sent = { kind: "taken", rejected: 0 };
  afterEach: () => void = () => {};

  send(signal: string, line: Uint8Array | string): Promise<Sent> {
    this.sent.push(`${signal} ${Buffer.from(line).toString()}`);
    this.afterEach();
    return Promise.resolve(this.answer);
  }
}

function stored(files: Readonly<Record<string, string | Uint8Array>>): TempDir {
  const folder = new TempDir("replay");
  for (const [name, content] of Object.entries(files)) writeFileSync(folder.file(name), content);
  return folder;
}

const FILES = {
  "20261127-000001.logs.log": `${LOG}\nplain text\n{}\n${LOG}\n`,
  "20261127-000002.gha-logs.log.gz": gzipSync(`${LOG}\n`),
  "20261127-000003.traces.log": `${SPAN}\n${POINT}\n`,
  "notes.txt": "x",
};
const ALL = [`logs ${LOG}`, `logs ${LOG}`, `logs ${LOG}`, `traces ${SPAN}`, `metrics ${POINT}`];

describe("replay()", () => {
  test("sends every request in order, by what it is, and counts what is none", async () => {
    using folder = stored(FILES);
    const target = new TestTarget();
    const report = await replay({ source: new FolderObjects(folder.path), target }, never);
    expect(target.sent).toEqual(ALL);
    expect(report).toMatchObject({ objects: 3, sent: 5, skipped: 2, refused: 0, unreadable: 0 });
  });

  test("goes on from a place, wherever it was ended", async () => {
    using folder = stored(FILES);
    const source = new FolderObjects(folder.path);
    for (let ended = 1; ended < ALL.length; ended++) {
      const stop = new AbortController();
      const target = new TestTarget();
      target.afterEach = () => target.sent.length === ended && stop.abort();
      const places: Place[] = [];
      const first = replay({ source, target, onPlace: (place) => places.push(place) }, stop.signal);
      expect(await first.catch(String)).toContain("AbortError");
      target.afterEach = () => {};
      const from = places.at(-1);
      await replay({ source, target, ...(from === undefined ? {} : { from }) }, never);
      expect(target.sent).toEqual(ALL);
    }
  });

  test("names what cannot be read and goes on", async () => {
    using folder = stored({ ...FILES, "20261127-000002.gha-logs.log.gz": "no gzip" });
    const target = new TestTarget();
    const report = await replay({ source: new FolderObjects(folder.path), target }, never);
    expect(target.sent).toHaveLength(4);
    expect(report).toMatchObject({ objects: 2, unreadable: 1 });
    expect(report.unreadableNames).toEqual([expect.stringContaining("20261127-000002.gha-logs.log.gz: ")]);
  });

  test("counts what the endpoint refuses, with its first reason", async () => {
    using folder = stored(FILES);
    const target = new TestTarget();
    target.answer = { kind: "refused", reason: "400 bad id" };
    const report = await replay({ source: new FolderObjects(folder.path), target }, never);
    expect(report).toMatchObject({ sent: 0, refused: 5, refusedReason: "400 bad id" });
  });

  test("knows the newest object", async () => {
    using folder = stored(FILES);
    using empty = new TempDir("replay");
    expect(await newestSecond(new FolderObjects(folder.path), never)).toBe(Date.UTC(2026, 10, 27, 0, 0, 3) / 1000);
    expect(await newestSecond(new FolderObjects(empty.path), never)).toBeUndefined();
  });
});
