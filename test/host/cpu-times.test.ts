import { describe, expect, test } from "bun:test";
import { CpuTimes } from "../../src/host/cpu-times.ts";
import { FakeHost, procStat } from "./fake-host.ts";

const sharesIn = ({ busy, busiestCore, iowait, steal }: CpuTimes): object => ({ busy, busiestCore, iowait, steal });

/** Shares between two readings of cores with these ticks; undefined when there is nothing to tell. */
function sharesOf(first: readonly number[][], second: readonly number[][]): object | undefined {
  using host = new FakeHost({ "proc/stat": procStat(...first) });
  const times = new CpuTimes(host.root);
  try {
    expect(times.read()).toBe(false);
    host.write("proc/stat", procStat(...second));
    return times.read() ? sharesIn(times) : undefined;
  } finally {
    times.close();
  }
}

const ZERO = [0, 0, 0, 0, 0, 0, 0, 0];

describe("CpuTimes.read()", () => {
  test("counts as busy what is neither idle nor waiting for disks, steal included", () => {
    // user, nice, system, idle, iowait, irq, softirq, steal
    expect(sharesOf([ZERO], [[10, 1, 5, 50, 20, 2, 2, 10]])).toEqual({
      busy: 30,
      iowait: 20,
      steal: 10,
      busiestCore: 30,
    });
  });

  test("takes the mean of the cores, and the busiest one of them", () => {
    const shares = sharesOf(
      [ZERO, ZERO, ZERO, ZERO],
      [
        [100, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 100, 0, 0, 0, 0],
        [0, 0, 0, 50, 50, 0, 0, 0],
        [0, 0, 20, 80, 0, 0, 0, 0],
      ],
    );
    expect(shares).toEqual({ busy: 30, iowait: 12.5, steal: 0, busiestCore: 100 });
  });

  test("counts from the last reading, not from the start", () => {
    const shares = sharesOf([[1000, 0, 0, 0, 0, 0, 0, 0]], [[1010, 0, 0, 90, 0, 0, 0, 0]]);
    expect(shares).toMatchObject({ busy: 10 });
  });

  test("takes a counter that goes back as one that stands still", () => {
    const shares = sharesOf([[0, 0, 0, 100, 50, 0, 0, 0]], [[50, 0, 0, 150, 48, 0, 0, 0]]);
    expect(shares).toEqual({ busy: 50, iowait: 0, steal: 0, busiestCore: 50 });
  });

  test("has no shares when no tick has passed", () => {
    expect(sharesOf([[5, 0, 0, 5, 0, 0, 0, 0]], [[5, 0, 0, 5, 0, 0, 0, 0]])).toBeUndefined();
  });

  test("takes a core that comes online from its first reading on, and cores with gaps", () => {
    using host = new FakeHost({ "proc/stat": "cpu  0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0\nintr 1\n" });
    const times = new CpuTimes(host.root);
    times.read();
    expect(times.cores).toBe(1);
    // Core 3 is new; what it did before does not make it the busiest one.
    host.write("proc/stat", "cpu  10 0 0 90 0 0 0 0\ncpu0 10 0 0 90 0 0 0 0\ncpu3 9999 0 0 1 0 0 0 0\nintr 1\n");
    expect(times.read()).toBe(true);
    expect(sharesIn(times)).toMatchObject({ busy: 10, busiestCore: 10 });
    expect(times.cores).toBe(2);
    host.write("proc/stat", "cpu  20 0 0 180 0 0 0 0\ncpu0 10 0 0 190 0 0 0 0\ncpu3 10049 0 0 51 0 0 0 0\nintr 1\n");
    expect(times.read()).toBe(true);
    expect(times.busiestCore).toBe(50);
    times.close();
  });

  test("throws for a file without cores", () => {
    using host = new FakeHost({ "proc/stat": "intr 1 2 3\n" });
    const times = new CpuTimes(host.root);
    expect(() => times.read()).toThrow("Cannot find a line of a core");
    times.close();
  });
});
