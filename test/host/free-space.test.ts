import { describe, expect, test } from "bun:test";
import { FreeSpaces } from "../../src/host/free-space.ts";
import { FakeHost } from "./fake-host.ts";

const ROOT = "22 1 259:1 / / rw - ext4 /dev/root rw\n";
const DATA = "23 22 259:2 / /mnt\\040data rw - xfs /dev/data rw\n";
const SHARE = "24 22 0:50 / /share rw - nfs4 server:/ rw\n";
const MOUNTS = "proc/self/mountinfo";

describe("FreeSpaces", () => {
  test("has the room on every local file system, and asks none that may hang", () => {
    using host = new FakeHost({ [MOUNTS]: ROOT + DATA + SHARE });
    const asked: string[] = [];
    const spaces = new FreeSpaces(host.root, (path) => {
      asked.push(path);
      return { bsize: 4096, blocks: 1000, bavail: path === "/" ? 10 : 20 };
    });
    expect(spaces.read()).toEqual([
      { mountPoint: "/", freeBytes: 40_960, totalBytes: 4_096_000 },
      { mountPoint: "/mnt data", freeBytes: 81_920, totalBytes: 4_096_000 },
    ]);
    expect(asked).toEqual(["/", "/mnt data"]);
    host.write(MOUNTS, ROOT);
    expect(spaces.read()).toHaveLength(1);
    spaces.close();
  });

  test("asks the 64 with the shortest mount points, however many a job has mounted", () => {
    const many = Array.from(
      { length: 500 },
      (_, n) => `${n + 30} 22 7:${n} / /mnt/loop${n} rw - ext4 /dev/loop${n} rw\n`,
    );
    using host = new FakeHost({ [MOUNTS]: ROOT + many.join("") });
    const spaces = new FreeSpaces(host.root, () => ({ bsize: 1, blocks: 1, bavail: 1 }));
    const found = spaces.read();
    expect(found).toHaveLength(64);
    expect(found[0]?.mountPoint).toBe("/");
  });

  test("leaves out what does not answer or has no size, and knows none where the mounts cannot be read", () => {
    using host = new FakeHost({ [MOUNTS]: ROOT + DATA });
    const spaces = new FreeSpaces(host.root, (path) => {
      if (path === "/") throw new Error("EIO");
      return { bsize: 4096, blocks: 0, bavail: 0 };
    });
    expect(spaces.read()).toEqual([]);
    using empty = new FakeHost();
    expect(new FreeSpaces(empty.root).read()).toEqual([]);
  });
});
