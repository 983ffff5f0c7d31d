import { afterEach, describe, expect, test } from "bun:test";
import { FileSystems } from "../../src/host/file-systems.ts";
import type { BlockCounts, Statfs } from "../../src/host/statfs.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";

afterEach(releaseLog);

const local = (mountPoint: string): { mountPoint: string; mayHang: boolean } => ({ mountPoint, mayHang: false });
const remote = (mountPoint: string): { mountPoint: string; mayHang: boolean } => ({ mountPoint, mayHang: true });

/** A disk of 100 blocks. */
const used = (blocks: number): BlockCounts => ({
  frsize: 4096,
  blocks: 100,
  bfree: 100 - blocks,
  bavail: 100 - blocks,
});

/** File systems that answer what the test says, the remote ones when it says so. */
class Disks implements Statfs {
  readonly asked: string[] = [];
  readonly #answers = new Map<string, BlockCounts | Promise<BlockCounts>>();

  set(mountPoint: string, answer: BlockCounts | Promise<BlockCounts>): void {
    this.#answers.set(mountPoint, answer);
  }

  remove(mountPoint: string): void {
    this.#answers.delete(mountPoint);
  }

  now(path: string): BlockCounts {
    const answer = this.#answers.get(path);
    if (answer === undefined || answer instanceof Promise) throw new Error("ENOENT");
    return answer;
  }

  async later(path: string): Promise<BlockCounts> {
    this.asked.push(path);
    const answer = this.#answers.get(path);
    if (answer === undefined) throw new Error("ENOENT");
    return await answer;
  }
}

/** What a reading says. */
function fullest(fileSystems: FileSystems): readonly [mountPoint: string, percent: number] | undefined {
  return fileSystems.read() ? [fileSystems.mountPoint, fileSystems.percent] : undefined;
}

describe("FileSystems.read()", () => {
  test("finds the fullest, as df has it: reserved blocks are neither used nor free", () => {
    const disks = new Disks();
    disks.set("/", { frsize: 4096, blocks: 1000, bfree: 500, bavail: 300 });
    disks.set("/data", used(60));
    const fileSystems = new FileSystems(disks);
    fileSystems.all = [local("/"), local("/data")];
    expect(fullest(fileSystems)).toEqual(["/", 62.5]);
    disks.set("/data", used(63));
    expect(fullest(fileSystems)).toEqual(["/data", 63]);
    expect(disks.asked).toEqual([]);
  });

  test("tells the bytes of the fullest, and of no other", () => {
    const disks = new Disks();
    disks.set("/", { frsize: 4096, blocks: 1000, bfree: 500, bavail: 300 });
    disks.set("/data", { frsize: 512, blocks: 100, bfree: 80, bavail: 80 });
    const fileSystems = new FileSystems(disks);
    fileSystems.all = [local("/"), local("/data")];
    fileSystems.read();
    expect([fileSystems.usedBytes, fileSystems.freeBytes]).toEqual([500 * 4096, 300 * 4096]);
  });

  test("finds the first of equals, and an empty one where there is no other", () => {
    const disks = new Disks();
    disks.set("/", used(0));
    disks.set("/work", used(0));
    const fileSystems = new FileSystems(disks);
    fileSystems.all = [local("/"), local("/work")];
    expect(fullest(fileSystems)).toEqual(["/", 0]);
  });

  test("leaves out what was unmounted or has no size; without any there is none", () => {
    const disks = new Disks();
    disks.set("/sizeless", { frsize: 4096, blocks: 0, bfree: 0, bavail: 0 });
    disks.set("/", used(1));
    const fileSystems = new FileSystems(disks);
    expect(fullest(fileSystems)).toBeUndefined();
    fileSystems.all = [local("/"), local("/gone"), local("/sizeless")];
    expect(fileSystems.count).toBe(3);
    expect(fullest(fileSystems)).toEqual(["/", 1]);
    disks.remove("/");
    expect(fullest(fileSystems)).toBeUndefined();
    expect(fileSystems.count).toBe(1);
  });
});

describe("FileSystems.askRemote()", () => {
  test("asks one after the other, and none again before all have answered", async () => {
    const disks = new Disks();
    const answer = Promise.withResolvers<BlockCounts>();
    disks.set("/", used(5));
    disks.set("/nfs", answer.promise);
    disks.set("/nfs2", used(10));
    const fileSystems = new FileSystems(disks);
    fileSystems.all = [local("/"), remote("/nfs"), remote("/nfs2")];
    const first = fileSystems.askRemote(0);
    await fileSystems.askRemote(4999);
    expect(disks.asked).toEqual(["/nfs"]);
    expect(fullest(fileSystems)).toEqual(["/", 5]);
    answer.resolve(used(20));
    await first;
    expect(disks.asked).toEqual(["/nfs", "/nfs2"]);
    expect(fullest(fileSystems)).toEqual(["/nfs", 20]);
    expect(fileSystems.hanging).toBeUndefined();
  });

  test("leaves all of them alone while one has not answered for five seconds, and goes on when it does", async () => {
    const log = captureLog();
    const disks = new Disks();
    disks.set("/", used(5));
    disks.set("/nfs", used(30));
    disks.set("/nfs2", used(20));
    const fileSystems = new FileSystems(disks);
    fileSystems.all = [local("/"), remote("/nfs2"), remote("/nfs")];
    await fileSystems.askRemote(0);
    expect(fullest(fileSystems)).toEqual(["/nfs", 30]);

    const answer = Promise.withResolvers<BlockCounts>();
    disks.set("/nfs2", answer.promise);
    disks.asked.length = 0;
    const waiting = fileSystems.askRemote(10_000);
    await fileSystems.askRemote(15_000);
    // A later look at the mounts finds the same ones.
    fileSystems.all = [local("/"), remote("/nfs2"), remote("/nfs")];
    await fileSystems.askRemote(20_000);
    expect(disks.asked).toEqual(["/nfs2"]);
    expect(fileSystems.hanging).toBe("/nfs2");
    expect(fullest(fileSystems)).toEqual(["/", 5]);

    answer.resolve(used(99));
    await waiting;
    expect(fileSystems.hanging).toBeUndefined();
    expect(fullest(fileSystems)).toEqual(["/nfs2", 99]);
    disks.asked.length = 0;
    await fileSystems.askRemote(25_000);
    expect(disks.asked).toEqual(["/nfs2", "/nfs"]);
    expect(log).toEqual([
      'WARN  host: A file system does not answer; leaving all alone that may hang until it does mountPoint="/nfs2"',
      'INFO  host: A file system answers again mountPoint="/nfs2"',
    ]);
  });

  test("forgets what was unmounted, also while it was asked", async () => {
    const disks = new Disks();
    disks.set("/nfs", used(50));
    const fileSystems = new FileSystems(disks);
    fileSystems.all = [remote("/nfs")];
    await fileSystems.askRemote(0);
    expect(fullest(fileSystems)).toEqual(["/nfs", 50]);
    const asking = fileSystems.askRemote(5000);
    fileSystems.all = [];
    await asking;
    expect(fullest(fileSystems)).toBeUndefined();
    fileSystems.all = [remote("/gone")];
    await fileSystems.askRemote(10_000);
    expect(fullest(fileSystems)).toBeUndefined();
  });
});
