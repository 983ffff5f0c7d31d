import { describe, expect, test } from "bun:test";
import { diagSources, diagSourcesIn } from "../../src/runner/diag-source.ts";

describe.skipIf(process.platform === "win32")("diagSourcesIn()", () => {
  test("is one folder, searched in depth but not for job output", () => {
    const [source, ...others] = diagSourcesIn("/runner/_diag");
    expect(others).toEqual([]);
    expect(source?.folder).toBe("/runner/_diag");
    for (const path of ["Worker_1.log", "a/b/c.log", ".hidden.log"]) expect(source?.isLog(path)).toBe(true);
    for (const path of ["Worker_1.txt", "log", "a/b.log/c"]) expect(source?.isLog(path)).toBe(false);
    expect(source?.isSearched("a")).toBe(true);
    for (const path of ["pages", "blocks", "a/pages"]) expect(source?.isSearched(path)).toBe(false);
    expect(source?.isBounded).toBe(false);
  });
});

describe.skipIf(process.platform === "win32")("diagSources()", () => {
  test("joins globs of one folder", () => {
    const [source, ...others] = diagSources(["/runner/_diag/Runner*.log", "/runner/_diag/**/Worker*.log"]);
    expect(others).toEqual([]);
    for (const path of ["Runner_1.log", "a/Worker_1.log"]) expect(source?.isLog(path)).toBe(true);
    expect(source?.isLog("a/Runner_1.log")).toBe(false);
  });

  test.each([
    ["/a/b/Runner_1.log", "/a/b", "Runner_1.log", 0],
    ["/a/b/*.log", "/a/b", "x.log", 0],
    ["/runners/*/_diag/*.log", "/runners", "one/_diag/x.log", 2],
    ["/a/{b,c}/*.log", "/a", "c/x.log", 1],
    ["/*.log", "/", "x.log", 0],
  ] as const)("%s: the folder %s, a log %s, %d folders deep", (glob, folder, log, depthMax) => {
    const [source] = diagSources([glob]);
    expect(source).toMatchObject({ folder, depthMax, isBounded: true });
    expect(source?.isLog(log)).toBe(true);
  });

  test("searches one copy of job output that a glob fits, and what a glob names", () => {
    const [source] = diagSources(["/runner/_diag/**/*.log"]);
    expect([source?.isSearched("pages"), source?.isSearched("blocks")]).toEqual([true, false]);
    expect(diagSources(["/runner/_diag/blocks/*.log"])[0]?.folder).toBe("/runner/_diag/blocks");
    expect(diagSources(["/runner/_diag/pages/*.log"])[0]?.folder).toBe("/runner/_diag/pages");
    expect(diagSources(["/runners/*/_diag/pages/*.log"])[0]?.isSearched("one/_diag/pages")).toBe(true);
  });
});
