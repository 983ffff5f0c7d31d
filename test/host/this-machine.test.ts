/** What the numbers say of a known load on this machine, beside what `/proc`, `df` and the load itself say. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { Child } from "../support/child.ts";
import { TempDir } from "../support/temp-dir.ts";
import { Reading } from "./reading.ts";
import { needsRoot, run } from "./root-linux.ts";

setDefaultTimeout(20_000);

/** The CPU's ticks since the start of the machine, by /proc/stat. */
function ticksOf(stat: string): { idle: number; iowait: number; all: number } {
  const [, ...states] = stat.split("\n", 1)[0]?.split(/\s+/).map(Number) ?? [];
  const [, , , idle = 0, iowait = 0] = states;
  return { idle, iowait, all: states.slice(0, 8).reduce((sum, state) => sum + state, 0) };
}

/** Percent in use, by /proc/meminfo; free(1) has the same numbers. */
function memoryInUse(meminfo: string): number {
  const kib = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)`, "m").exec(meminfo)?.[1]);
  return (100 * (kib("MemTotal") - kib("MemAvailable"))) / kib("MemTotal");
}

/** Percent of a file system's space in use, by df(1). */
function diskInUse(path: string): number {
  const [used = 0, available = 0] =
    run("df", "--output=used,avail", path).split("\n")[1]?.trim().split(/\s+/).map(Number) ?? [];
  return (100 * used) / (used + available);
}

describe.skipIf(process.platform !== "linux")("the CPU", () => {
  test("is as busy as /proc/stat says, and waits for disks apart from that", async () => {
    using folder = new TempDir("disk");
    await using reading = await Reading.begin();
    // One program that takes a core, and one that waits for the disk at every block.
    await using spin = new Child(["sh", "-c", "while :; do :; done"]);
    const write = `while :; do dd if=/dev/zero of="$0" bs=4k count=4000 oflag=direct,dsync status=none; done`;
    await using wait = new Child(["sh", "-c", write, folder.file("file")]);
    await Bun.sleep(2000);
    const { numbers, stat } = await reading.end();
    const [before, after] = [ticksOf(reading.first.stat), ticksOf(stat)];
    expect([spin.isRunning, wait.isRunning]).toEqual([true, true]);
    const all = after.all - before.all;
    const waited = (100 * (after.iowait - before.iowait)) / all;
    const busy = (100 * (all - (after.idle - before.idle))) / all - waited;
    expect(numbers["system.cpu.utilization"]).toBeWithin(busy - 3, busy + 3);
    expect(numbers["system.cpu.iowait.utilization"]).toBeWithin(waited - 3, waited + 3);
    expect(numbers["system.cpu.busiest_core.utilization"]).toBeGreaterThan(Math.max(50, busy - 3));
  });
});

describe.skipIf(process.platform !== "linux")("the memory", () => {
  test("in use is what cannot be had, that in a tmpfs included", async () => {
    const file = `/dev/shm/warp-telemetry-test-${process.pid}`;
    await using reading = await Reading.begin();
    try {
      run("sh", "-c", `head -c ${256 * 1024 * 1024} /dev/zero > "$0"`, file);
      for (const { numbers, meminfo } of [reading.first, await reading.end()]) {
        const inUse = memoryInUse(meminfo);
        expect(numbers["system.memory.utilization{state=used}"]).toBeWithin(inUse - 0.2, inUse + 0.2);
      }
    } finally {
      rmSync(file, { force: true });
    }
  });
});

/** A loop image of 16 MiB that is filled by nine tenths. */
const IMAGE = `
    set -e
    mkdir files image; head -c 11M /dev/urandom > files/program
    truncate -s 16M file; mkfs.ext4 -q -m 0 -d files file`;

/** What is said inside a mount namespace in which `script` has run, in a folder of its own. */
async function fullest(script: string): Promise<{ at: string; percent: number; folder: string }> {
  using directory = new TempDir("images");
  // The temporary folder is not to be cleared through a mount that has stayed.
  const launcher = ["unshare", "--mount", "sh", "-c", `cd "$0"; ${script}\n exec "$@"`, directory.path];
  await using reading = await Reading.begin(launcher);
  const [name = "", percent = Number.NaN] =
    Object.entries(reading.first.numbers).find(([key]) => key.startsWith("system.filesystem")) ?? [];
  return { at: /mountpoint=(.*)}/.exec(name)?.[1] ?? "", percent, folder: directory.path };
}

describe.skipIf(needsRoot.missing)(needsRoot.title("the fullest file system"), () => {
  test("is not an image, which is always full and read-only", async () => {
    const { at, percent, folder } = await fullest(`${IMAGE}; mount -o loop,ro file image`);
    expect(at).not.toStartWith(folder);
    expect(percent).toBeWithin(diskInUse(at) - 2, diskInUse(at) + 2);
  });

  test("is not memory, layers over disks or another mount of the same disk", async () => {
    const { at, folder } = await fullest(`
      set -e
      mkdir memory lower merged bind
      mount -t tmpfs -o size=2M tmpfs memory; mkdir memory/upper memory/work
      mount -t overlay -o lowerdir=lower,upperdir=memory/upper,workdir=memory/work overlay merged
      head -c 3M /dev/zero > merged/file 2>/dev/null || df merged | grep -q 100%
      mount --bind lower bind`);
    expect(at).not.toStartWith(folder);
  });

  test("is a disk that can fill up, image or not, with its mount point", async () => {
    const { at, percent, folder } = await fullest(`${IMAGE}; mount -o loop file image`);
    expect(at).toBe(`${folder}/image`);
    expect(percent).toBeWithin(80, 100);
  });
});
