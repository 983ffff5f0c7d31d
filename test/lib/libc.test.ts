import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import {
  asUser,
  boottimeUs,
  cpuMsOf,
  isGlibcLinux,
  monotonicUs,
  readEntries,
  readReady,
  seekToEnd,
} from "../../src/lib/libc.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

const JOB = { uid: JOB_UID, gid: JOB_UID };
const root = needsJob();

describe.skipIf(root.missing)(root.title("asUser()"), () => {
  test.each([
    ["of root", 0, 0, 0o600],
    ["of root's group, which an agent of root is in", 0, 0, 0o640],
    ["of a third user", JOB_UID + 1, JOB_UID + 1, 0o600],
  ])("cannot read a file %s, and is root again afterwards", (_, uid, gid, mode) => {
    using directory = new TempDir();
    chmodSync(directory.path, 0o755);
    const file = directory.file("secret");
    writeFileSync(file, "secret");
    chownSync(file, uid, gid);
    chmodSync(file, mode);
    expect(() => asUser(JOB, () => readFileSync(file, "utf8"))).toThrow("EACCES");
    expect(readFileSync(file, "utf8")).toBe("secret");
  });

  test("reads what its user or one of the groups given may read", () => {
    using directory = new TempDir();
    chmodSync(directory.path, 0o755);
    const file = directory.file("log");
    writeFileSync(file, "line");
    chownSync(file, JOB_UID, 0);
    chmodSync(file, 0o400);
    expect(asUser(JOB, () => readFileSync(file, "utf8"))).toBe("line");
    chownSync(file, 0, 77);
    chmodSync(file, 0o040);
    expect(asUser({ ...JOB, groups: [77] }, () => readFileSync(file, "utf8"))).toBe("line");
  });

  test("what the work throws comes through, and we are root again", () => {
    expect(() =>
      asUser(JOB, () => {
        throw new Error("of the work");
      }),
    ).toThrow("of the work");
    expect(readFileSync("/proc/thread-self/status", "utf8")).toMatch(/^Uid:\t0\t0\t0\t0$/m);
    expect(readFileSync("/proc/thread-self/status", "utf8")).toMatch(/^Gid:\t0\t0\t0\t0$/m);
  });
});

describe.skipIf(process.platform !== "linux")("readEntries()", () => {
  test("gives a large folder in parts, and 0 at its end", () => {
    using directory = new TempDir();
    mkdirSync(directory.file("many"));
    for (let n = 0; n < 500; n++) writeFileSync(directory.file("many", `file-${n}`), "");
    const fd = openSync(directory.file("many"), "r");
    const buffer = new Uint8Array(4096);
    const sizes: number[] = [];
    for (let size = readEntries(fd, buffer) ?? 0; size > 0; size = readEntries(fd, buffer) ?? 0) sizes.push(size);
    closeSync(fd);
    expect(sizes.length).toBeGreaterThan(3);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4096);
  });

  test("throws for what is no folder", () => {
    const fd = openSync("/dev/null", "r");
    expect(() => readEntries(fd, new Uint8Array(512))).toThrow("Cannot list a folder");
    closeSync(fd);
  });
});

describe.skipIf(!isGlibcLinux())("cpuMsOf()", () => {
  test("is the CPU time of any process, all threads together", () => {
    const { user, system } = process.cpuUsage();
    const before = cpuMsOf(process.pid) ?? 0;
    expect(before).toBeGreaterThanOrEqual((user + system) / 1000 - 20);
    const end = performance.now() + 50;
    while (performance.now() < end);
    const spentUs = process.cpuUsage({ user, system });
    const spent = (cpuMsOf(process.pid) ?? 0) - before;
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeWithin(0, (spentUs.user + spentUs.system) / 1000 + 20);
    expect(cpuMsOf(1)).toBeGreaterThan(0);
  });

  test("is NaN for a process that there is not", () => {
    expect(cpuMsOf(2 ** 28)).toBeNaN();
  });
});

describe.skipIf(!isGlibcLinux())("readReady()", () => {
  test("reads on from where it is, and has 0 at the end; seekToEnd() leaves out what is there", () => {
    using directory = new TempDir();
    const file = directory.file("file");
    writeFileSync(file, "one");
    const fd = openSync(file, "r");
    const buffer = Buffer.alloc(16);
    expect(readReady(fd, buffer)).toBe(3);
    expect(readReady(fd, buffer)).toBe(0);
    appendFileSync(file, "two");
    seekToEnd(fd);
    expect(readReady(fd, buffer)).toBe(0);
    appendFileSync(file, "three");
    expect(buffer.toString("utf8", 0, readReady(fd, buffer))).toBe("three");
    closeSync(fd);
  });

  test("makes no error of what cannot be read", () => {
    expect(readReady(-1, Buffer.alloc(16))).toBe(-1);
  });
});

describe.skipIf(!isGlibcLinux())("the clocks", () => {
  test("go on, and the one that knows suspensions is never behind", () => {
    const [monotonic, boottime] = [monotonicUs() ?? 0, boottimeUs() ?? 0];
    expect(monotonic).toBeGreaterThan(0);
    expect(boottime).toBeGreaterThanOrEqual(monotonic);
    expect(monotonicUs() ?? 0).toBeGreaterThanOrEqual(monotonic);
  });
});
