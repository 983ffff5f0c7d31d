import { describe, expect, test } from "bun:test";
import type { Process } from "../../src/host/process.ts";
import { topProcesses } from "../../src/host/top-processes.ts";

const PAGE_BYTES = 4096;

interface Use {
  readonly spentMs?: number;
  readonly pages?: number;
  /** Pages of those that are private. Default: all. */
  readonly privatePages?: number;
}

function topOf(uses: Readonly<Record<number, Use>>): ReturnType<typeof topProcesses> & { readonly asked: number } {
  const processes = new Map(
    Object.entries(uses).map(([pid, { spentMs = 0, pages = 0 }]): [number, Process] => [
      Number(pid),
      {
        pid: Number(pid),
        name: `p${pid}`,
        parentPid: 1,
        startedMs: 0,
        cpuMs: 0,
        childrenMs: 0,
        scan: 1,
        readAtScan: 1,
        isOfJob: false,
        isOfSeveral: false,
        step: undefined,
        spentMs,
        residentPages: pages,
      },
    ]),
  );
  let asked = 0;
  const privateBytes = ({ pid }: Pick<Process, "pid">): number => {
    asked++;
    const { pages = 0, privatePages = pages } = uses[pid] ?? {};
    return privatePages * PAGE_BYTES;
  };
  return { ...topProcesses(processes, { privateBytes }, PAGE_BYTES), asked };
}

const pidsOf = ({ top }: ReturnType<typeof topProcesses>): number[] => top.map(({ entry }) => entry.pid);

describe("topProcesses()", () => {
  test("takes five by CPU and five by private memory, and sums up the rest", () => {
    const uses: Record<number, Use> = {};
    for (let pid = 1; pid <= 100; pid++) uses[pid] = { spentMs: pid, pages: 1000 - pid };
    const found = topOf(uses);
    expect(pidsOf(found)).toEqual([100, 99, 98, 97, 96, 1, 2, 3, 4, 5]);
    expect(found.restCount).toBe(90);
    expect(found.restSpentMs).toBe((90 * (6 + 95)) / 2);
    expect(found.restResidentPages).toBe((90 * (905 + 994)) / 2);
  });

  test("names a process once that is large and busy", () => {
    const found = topOf({ 1: { spentMs: 9, pages: 9 }, 2: { spentMs: 8 }, 3: { pages: 1 } });
    expect(pidsOf(found)).toEqual([2, 1, 3]);
    expect(found.restCount).toBe(0);
  });

  test("does not name who has used nothing", () => {
    expect(topOf({ 1: {}, 2: {} })).toMatchObject({ top: [], restCount: 2, restSpentMs: 0, restResidentPages: 0 });
  });

  test("goes by private memory, which is not what is resident, and asks few", () => {
    const uses: Record<number, Use> = {};
    // A database: four processes that share nearly all.
    for (let pid = 1; pid <= 4; pid++) uses[pid] = { pages: 100_000, privatePages: 10 };
    for (let pid = 11; pid <= 60; pid++) uses[pid] = { pages: 1000 - pid };
    const found = topOf(uses);
    expect(pidsOf(found)).toEqual([11, 12, 13, 14, 15]);
    expect(found.top[0]?.privateBytes).toBe(989 * PAGE_BYTES);
    expect(found.asked).toBeLessThanOrEqual(10);
  });

  test("finds the largest in any order", () => {
    const uses: Record<number, Use> = {};
    for (let pid = 1; pid <= 200; pid++) uses[pid] = { spentMs: (pid * 7919) % 1009 };
    const expected = Object.entries(uses)
      .toSorted(([, one], [, other]) => (other.spentMs ?? 0) - (one.spentMs ?? 0))
      .slice(0, 5)
      .map(([pid]) => Number(pid));
    expect(pidsOf(topOf(uses))).toEqual(expected);
  });
});
