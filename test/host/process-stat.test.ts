import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { ProcessStat } from "../../src/host/process-stat.ts";
import { FakeHost } from "./fake-host.ts";
import { processStat } from "./fake-processes.ts";

describe("ProcessStat.read()", () => {
  test("tells the figures of the process", () => {
    const figures = { name: "cc1plus", parentPid: 41, cpuMs: 12_340, childrenMs: 570, startedMs: 98_760, pages: 25 };
    using host = new FakeHost({ "proc/42/stat": processStat(42, figures) });
    const stat = new ProcessStat(host.root);
    expect(stat.read(42)).toBe(true);
    const { name, parentPid, cpuMs, childrenMs, startedMs, residentPages } = stat;
    expect({ name, parentPid, cpuMs, childrenMs, startedMs, pages: residentPages }).toEqual(figures);
  });

  test.each([") R 1 (", "a) S 7 7 7", "((", "))", "", "two\nlines 5", "1 2 3 4 5"])(
    "is not misled by the name %j",
    (name) => {
      using host = new FakeHost({ "proc/42/stat": processStat(42, { name, parentPid: 41, cpuMs: 20, pages: 3 }) });
      const stat = new ProcessStat(host.root);
      expect(stat.read(42)).toBe(true);
      expect([stat.name, stat.parentPid, stat.cpuMs, stat.residentPages]).toEqual([name, 41, 20, 3]);
    },
  );

  test("takes a name that is no UTF-8", () => {
    using host = new FakeHost({ "proc/42/stat": "" });
    const text = processStat(42, { name: "@", pages: 3 }).split("@");
    const bytes = [Buffer.from(text[0] ?? ""), Buffer.from([0xff, 0x41]), Buffer.from(text[1] ?? "")];
    writeFileSync(`${host.root}/proc/42/stat`, Buffer.concat(bytes));
    const stat = new ProcessStat(host.root);
    expect([stat.read(42), stat.name, stat.residentPages]).toEqual([true, "\u{FFFD}A", 3]);
  });

  test("is false for a process that is gone, and for what is no such file", () => {
    using host = new FakeHost({ "proc/42/stat": "42 (sh", "proc/43/stat": "", "proc/44/stat": "44 (sh) S 1 2 3\n" });
    const stat = new ProcessStat(host.root);
    expect([41, 42, 43, 44].map((pid) => stat.read(pid))).toEqual([false, false, false, false]);
  });
});
