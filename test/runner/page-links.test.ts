import { afterEach, beforeEach, describe, expect, setSystemTime, test } from "bun:test";
import { linkSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { LogFile, type LogPlace } from "../../src/runner/log-file.ts";
import { PageLinks, removePageLinks } from "../../src/runner/page-links.ts";
import { RUNNER_FOLDER } from "../../src/runner/position-store.ts";
import { SourceFolder } from "../../src/runner/source-folder.ts";
import { TempDir } from "../support/temp-dir.ts";

const MINUTE_MS = 60_000;

let directory: TempDir;
let home: HeldFolder;
let source: SourceFolder;
const open: LogFile[] = [];
const opened: PageLinks[] = [];

beforeEach(() => {
  directory = new TempDir("pages");
  home = HeldFolder.open(directory.file("home"));
  source = SourceFolder.open(directory.path);
});
afterEach(() => {
  for (const page of open.splice(0)) page.close();
  for (const links of opened.splice(0)) links.close();
  source.close();
  home.close();
  setSystemTime();
  directory[Symbol.dispose]();
});

function pageOf(name: string, bytes: number): LogFile {
  writeFileSync(directory.file(name), "x".repeat(bytes));
  const page = LogFile.open(source, name, () => undefined, {
    folder: directory.path,
    subfolder: "pages",
    isPage: true,
  });
  open.push(page);
  return page;
}

function linksOf(limits: ConstructorParameters<typeof PageLinks>[1] = {}, folder = home): PageLinks {
  const links = new PageLinks(folder, limits);
  opened.push(links);
  return links;
}

/** Until the system's clock for files has gone on. */
function nextMoment(): void {
  const before = momentOfFiles();
  while (momentOfFiles() === before);
}

function momentOfFiles(): number {
  writeFileSync(directory.file("clock"), "");
  return statSync(directory.file("clock")).ctimeMs;
}

function names(): string[] {
  return readdirSync(directory.file("home/pages")).map((link) => link.split(",").at(-1) ?? "");
}

function restored(maxBytes?: number, isWanted: (place: LogPlace, name: string) => boolean = () => true): LogFile[] {
  const files = new Map<string, LogFile>();
  linksOf(maxBytes === undefined ? {} : { maxBytes }).restore(
    { files, saved: () => undefined, found: (file) => open.push(file) },
    isWanted,
  );
  return [...files.values()];
}

/** Deletes it, as the runner does. */
function remove(page: LogFile): void {
  rmSync(directory.file(page.name));
  expect(page.look(0)).toBe("gone");
  page.isGone = true;
}

describe("PageLinks", () => {
  test("a page is gone when the runner has deleted it, with a second name or without", () => {
    const links = linksOf();
    const [kept, other] = [pageOf("a.log", 1), pageOf("b.log", 1)];
    links.keep(kept);
    expect(kept.look(0)).toBe("same");
    for (const page of [kept, other]) remove(page);
    links.release(kept);
    expect([kept.look(0), names()]).toEqual(["gone", []]);
  });

  test("releases what was deleted ten minutes ago, and the oldest of what is too large; what is there is not counted", () => {
    const links = linksOf({ maxBytes: 250 });
    const pages = ["a.log", "b.log", "c.log", "d.log"].map((name) => pageOf(name, 100));
    for (const page of pages) links.keep(page);
    links.shrink(0);
    expect(names()).toHaveLength(4);
    for (const page of pages.slice(0, 3)) remove(page);
    links.shrink(0);
    expect(names().toSorted()).toEqual(["b.log", "c.log", "d.log"]);
    links.shrink(10 * MINUTE_MS + 1);
    expect(names()).toEqual(["d.log"]);
  });

  test("restores pages of an earlier run that are wanted and small enough, and removes all other names", () => {
    const links = linksOf();
    const pages = ["a.log", "b.log", "unwanted.log"].map((name) => pageOf(name, 100));
    for (const page of pages) {
      links.keep(page);
      remove(page);
    }
    const [page] = restored(199, ({ folder, subfolder }, name) => {
      expect([folder, subfolder]).toEqual([directory.path, "pages"]);
      return name !== "unwanted.log";
    });
    expect(page).toMatchObject({ folder: directory.path, subfolder: "pages", isPage: true, isKept: true, size: 100 });
    expect(names()).toEqual([page?.name ?? ""]);
    expect(restored(99)).toEqual([]);
    expect(names()).toEqual([]);
  });

  test("counts the ten minutes from when the page was deleted, not from when it was written, and also over a restart", () => {
    const links = linksOf();
    const pages = ["deleted.log", "there.log"].map((name) => pageOf(name, 100));
    const before = (Date.now() - 11 * MINUTE_MS) / 1000;
    for (const page of pages) {
      utimesSync(page.path, before, before);
      links.keep(page);
    }
    rmSync(directory.file("deleted.log"));
    setSystemTime(Date.now() + 9 * MINUTE_MS);
    expect(restored(100).map(({ name }) => name)).toEqual(expect.arrayContaining(["deleted.log", "there.log"]));
    setSystemTime(Date.now() + 2 * MINUTE_MS);
    expect(restored().map(({ name }) => name)).toEqual(["there.log"]);
    expect(names()).toEqual(["there.log"]);
  });

  test("goes on to release the oldest of those that it has restored", () => {
    const links = linksOf();
    for (const name of ["old.log", "new.log"]) {
      const page = pageOf(name, 100);
      links.keep(page);
      remove(page);
      nextMoment();
    }
    const next = linksOf({ maxBytes: 250 });
    next.restore({ files: new Map(), saved: () => undefined, found: (file) => open.push(file) }, () => true);
    const last = pageOf("last.log", 100);
    next.keep(last);
    remove(last);
    next.shrink(performance.now());
    expect(names().toSorted()).toEqual(["last.log", "new.log"]);
  });

  test("of more pages than names, gives up the name of one that has been read to its end", () => {
    const links = linksOf({ maxCount: 2 });
    const [first, second, third] = [pageOf("1.log", 1), pageOf("2.log", 1), pageOf("3.log", 1)];
    for (const page of [first, second, third]) links.keep(page);
    expect([first, second, third].map(({ isKept }) => isKept)).toEqual([true, true, false]);
    second.position = second.size;
    links.keep(third);
    expect([first, second, third].map(({ isKept }) => isKept)).toEqual([true, false, true]);
    expect(names().toSorted()).toEqual(["1.log", "3.log"]);
  });

  test("counts from the last time that a page was deleted", () => {
    const links = linksOf();
    const page = pageOf("a.log", 100);
    links.keep(page);
    page.isGone = true;
    links.shrink(0);
    page.isGone = false;
    links.shrink(MINUTE_MS);
    page.isGone = true;
    links.shrink(11 * MINUTE_MS);
    expect(names()).toEqual(["a.log"]);
    links.shrink(22 * MINUTE_MS);
    expect(names()).toEqual([]);
  });

  test("opens a page that was closed and has been deleted since", () => {
    const links = linksOf();
    const [kept, other] = [pageOf("a.log", 100), pageOf("b.log", 100)];
    links.keep(kept);
    for (const page of [kept, other]) {
      page.close();
      rmSync(directory.file(page.name));
    }
    expect([links.reopen(kept), links.reopen(other)]).toEqual([true, false]);
    expect([kept.isOpen, kept.look(0)]).toEqual([true, "gone"]);
    expect(kept.read(Buffer.alloc(200))).toHaveLength(100);
  });

  test("all names go when nobody reads pages any more", () => {
    const agent = HeldFolder.open(directory.file("agent"));
    const runner = agent.folder(RUNNER_FOLDER);
    linksOf({}, runner).keep(pageOf("a.log", 100));
    runner.close();
    removePageLinks(agent);
    removePageLinks(agent);
    agent.close();
    expect(readdirSync(directory.file("agent/runner"))).toEqual([]);
    expect(statSync(directory.file("a.log")).nlink).toBe(1);
  });

  test("does not believe a name under which another file lies", () => {
    const links = linksOf();
    const page = pageOf("a.log", 100);
    links.keep(page);
    const [link = ""] = readdirSync(directory.file("home/pages"));
    rmSync(directory.file("home/pages", link));
    writeFileSync(directory.file("other"), "another file");
    linkSync(directory.file("other"), directory.file("home/pages", link));
    expect(restored()).toEqual([]);
    expect([names(), statSync(directory.file("other")).nlink]).toEqual([[], 1]);
  });

  test("keeps nothing when another file has the page's name by now", () => {
    const page = pageOf("a.log", 100);
    rmSync(directory.file("a.log"));
    writeFileSync(directory.file("a.log"), "another file");
    linksOf().keep(page);
    expect([page.isKept, names()]).toEqual([false, []]);
  });
});
