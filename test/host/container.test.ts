/** What memory and CPU say inside and outside of a container, against what its cgroup and a known load say. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { TempDir } from "../support/temp-dir.ts";
import { Reading } from "./reading.ts";
import { needsRoot } from "./root-linux.ts";

setDefaultTimeout(20_000);

const LIMIT_BYTES = 256 * 1024 * 1024;
const CORES = 0.5;
const QUARTER_BYTES = LIMIT_BYTES / 4;
const NAME = "warp-telemetry-test";
const V2 = existsSync("/sys/fs/cgroup/cgroup.controllers");

/** A cgroup with 256 MiB of memory and half a core: one folder, or one a controller in version 1. */
class Cgroup {
  readonly #folders = V2
    ? { memory: `/sys/fs/cgroup/${NAME}`, cpu: `/sys/fs/cgroup/${NAME}`, cpuacct: `/sys/fs/cgroup/${NAME}` }
    : {
        memory: `/sys/fs/cgroup/memory/${NAME}`,
        cpu: `/sys/fs/cgroup/cpu/${NAME}`,
        cpuacct: `/sys/fs/cgroup/cpuacct/${NAME}`,
      };

  constructor() {
    for (const folder of Object.values(this.#folders)) mkdirSync(folder, { recursive: true });
    if (V2) {
      writeFileSync("/sys/fs/cgroup/cgroup.subtree_control", "+memory +cpu");
      writeFileSync(`${this.#folders.memory}/memory.max`, String(LIMIT_BYTES));
      writeFileSync(`${this.#folders.cpu}/cpu.max`, `${CORES * 100_000} 100000`);
    } else {
      writeFileSync(`${this.#folders.memory}/memory.limit_in_bytes`, String(LIMIT_BYTES));
      writeFileSync(`${this.#folders.cpu}/cpu.cfs_quota_us`, String(CORES * 100_000));
    }
  }

  /** Percent of the limit, as the kubelet would say. */
  get memoryPercent(): number {
    const usage = V2 ? "memory.current" : "memory.usage_in_bytes";
    const inactive = V2 ? /^inactive_file (\d+)/m : /^total_inactive_file (\d+)/m;
    const stat = readFileSync(`${this.#folders.memory}/memory.stat`, "utf8");
    const usedBytes =
      Number(readFileSync(`${this.#folders.memory}/${usage}`, "utf8")) - Number(inactive.exec(stat)?.[1]);
    return (100 * usedBytes) / LIMIT_BYTES;
  }

  /** CPU time of all that was ever in it, in core seconds. */
  get cpuSeconds(): number {
    if (!V2) return Number(readFileSync(`${this.#folders.cpuacct}/cpuacct.usage`, "utf8")) / 1e9;
    return Number(/\d+/.exec(readFileSync(`${this.#folders.cpu}/cpu.stat`, "utf8"))?.[0]) / 1e6;
  }

  /** A command that takes what follows into the cgroup, and with `unshare` before it makes it a container. */
  get enter(): readonly string[] {
    const join = Object.values(this.#folders).map((folder) => `echo 0 > ${folder}/cgroup.procs`);
    return ["sh", "-c", `${join.join(" && ")} && exec "$@"`, "sh"];
  }

  async remove(): Promise<void> {
    await eventually("the cgroup to be empty", () => {
      for (const folder of Object.values(this.#folders)) if (existsSync(folder)) rmdirSync(folder);
      return true;
    });
  }
}

/** What makes a container: processes of its own, of which the first is in its cgroup. */
const CONTAINER = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];

describe.skipIf(needsRoot.missing)(needsRoot.title("memory and CPU"), () => {
  let cgroup: Cgroup;

  beforeEach(() => {
    cgroup = new Cgroup();
  });
  afterEach(async () => {
    await cgroup.remove();
  });

  test("in a container are the container's, against its limits", async () => {
    using folder = new TempDir("cache");
    await using reading = await Reading.begin([...CONTAINER, ...cgroup.enter]);
    const { cpuSeconds } = cgroup;
    // A quarter of the memory held, another one filled with the cache of a file, and one that wants a whole core.
    const load = `
      head -c ${QUARTER_BYTES} /dev/zero > "$0" && echo cached
      { head -c ${QUARTER_BYTES} /dev/zero; echo held >&2; sleep 600; } | tail -c ${QUARTER_BYTES} &
      while :; do :; done`;
    await using child = new Child([...cgroup.enter, "sh", "-c", load, folder.file("file")]);
    await child.said(/held/);
    await Bun.sleep(1000);
    const memoryPercent = cgroup.memoryPercent;
    const { numbers, atMs } = await reading.end();
    const cpuPercent = (100 * (cgroup.cpuSeconds - cpuSeconds)) / (CORES * ((atMs - reading.first.atMs) / 1000));
    expect(cpuPercent).toBeGreaterThan(40);
    expect(numbers["system.cpu.utilization{limit=cgroup}"]).toBeWithin(cpuPercent - 10, cpuPercent + 10);
    expect(memoryPercent).toBeWithin(25, 40);
    expect(reading.first.numbers).toMatchObject({
      "system.cpu.limit{scope=host}": CORES,
      "system.memory.limit{scope=host}": LIMIT_BYTES,
    });
    expect(numbers["system.memory.utilization{state=used,limit=cgroup}"]).toBeWithin(
      memoryPercent - 2,
      memoryPercent + 2,
    );
    expect(Object.keys(numbers)).not.toContain("system.memory.utilization{state=used}");
    expect(Object.keys(numbers)).not.toContain("system.cpu.iowait.utilization");
  });

  test("of an idle container are small while the machine is busy", async () => {
    await using reading = await Reading.begin([...CONTAINER, ...cgroup.enter]);
    const busy = Bun.spawn(["sh", "-c", "while :; do :; done"]);
    await Bun.sleep(1000);
    busy.kill("SIGKILL");
    const { numbers } = await reading.end();
    expect(numbers["system.cpu.utilization{limit=cgroup}"]).toBeLessThan(20);
  });

  test("of a machine are the machine's, though the agent's own unit has limits", async () => {
    await using reading = await Reading.begin(cgroup.enter);
    await Bun.sleep(200);
    const { numbers } = await reading.end();
    expect(Object.keys(numbers)).toContain("system.memory.utilization{state=used}");
    expect(Object.keys(numbers)).toContain("system.cpu.iowait.utilization");
    expect(Object.keys(numbers).filter((name) => name.includes("limit="))).toEqual([]);
    expect(reading.first.numbers).toMatchObject({
      "system.cpu.limit{scope=host}": cpus().length,
      "system.memory.limit{scope=host}": totalmem(),
    });
  });
});
