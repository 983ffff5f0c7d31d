/** What is said of the pressure on this machine and on a real cgroup, beside the kernel's own sums. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { Reading } from "./reading.ts";
import { needsRoot } from "./root-linux.ts";

setDefaultTimeout(20_000);

const SPAN_MS = 1000;

const V2 = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].find((folder) => existsSync(`${folder}/cgroup.controllers`));
const hasPressure = existsSync("/proc/pressure/cpu") && V2 !== undefined && existsSync(`${V2}/cpu.pressure`);

/** Time in which threads waited, in ms. */
function waitedMs(file: string): number {
  return Number(/^some .* total=(\d+)/.exec(readFileSync(file, "utf8"))?.[1]) / 1000;
}

describe.skipIf(needsRoot.missing || !hasPressure)(needsRoot.title("pressure"), () => {
  const folder = `${V2}/warp-telemetry-pressure-test`;

  beforeEach(() => {
    mkdirSync(folder, { recursive: true });
  });
  afterEach(async () => {
    await eventually("the cgroup to be empty", () => {
      rmdirSync(folder);
      return true;
    });
  });

  test("of the machine and of the worker's cgroup is what their sums say", async () => {
    // Two programs that want the same core: one of them always waits.
    const load = `echo 0 > ${folder}/cgroup.procs; busy() { while :; do :; done; }; busy & busy & wait`;
    await using worker = new Child(["taskset", "-c", "0", "sh", "-c", load]);
    await eventually("pressure", () => waitedMs(`${folder}/cpu.pressure`) > 100 || undefined);
    await using reading = await Reading.begin([], worker.pid);
    const [ofCgroup, ofMachine] = [waitedMs(`${folder}/cpu.pressure`), waitedMs("/proc/pressure/cpu")];
    const startedAtMs = performance.now();
    await Bun.sleep(SPAN_MS);
    const percent = (file: string, beforeMs: number): number =>
      (100 * (waitedMs(file) - beforeMs)) / (performance.now() - startedAtMs);
    const expected = {
      cgroup: percent(`${folder}/cpu.pressure`, ofCgroup),
      host: percent("/proc/pressure/cpu", ofMachine),
    };
    const { numbers } = await reading.end();
    expect(expected.cgroup).toBeGreaterThan(80);
    for (const [scope, share] of Object.entries(expected)) {
      const told = numbers[`system.cpu.pressure.utilization{scope=${scope},stall=some}`];
      expect(told).toBeWithin(share - 5, share + 5);
    }
    // One core, or what others leave of it.
    expect(numbers["system.cpu.usage{scope=cgroup}"]).toBeWithin(0.1, 1.05);
    expect(numbers["system.cpu.run_queue{scope=host}"]).toBeGreaterThan(0);
    expect(numbers["system.memory.oom_kills{scope=host}"]).toBe(
      Number(/^oom_kill (\d+)/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1]),
    );
  });
});
