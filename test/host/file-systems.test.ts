import { describe, expect, test } from "bun:test";
import { type BlockCounts, FileSystems } from "../../src/host/file-systems.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";

const local = (mountPoint: string): { mountPoint: string; mayHang: boolean } => ({ mountPoint, mayHang: false });
const remote = (mountPoint: string): { mountPoint: string; mayHang: boolean } => ({ mountPoint, mayHang: true });

/** A disk of 100 blocks. */
const used = (blocks: number): BlockCounts => ({ blocks: 100, bfree: 100 - blocks, bavail: 100 - blocks });

/** File systems that answer what the test says, or not before it says so. */
class Disks {
  readonly asked: string[] = [];
  readonly #answers = new Map<string, BlockCounts | Promise<BlockCounts>>();

  set(mountPoint: string, answer: BlockCounts | Promise<BlockCounts>): void {
    this.#answers.set(mountPoint, answer);
  }

  statfs = async (path: string): Promise<BlockCounts> => {
    this.asked.push(path);
    const answer = this.#answers.get(path);
    if (answer === undefined) throw new Error("ENOENT");
    return await answer;
  };
}

describe("FileSystems.fullest()", () => {
  test("is the fullest, as df has it: reserved blocks are neither used nor free", async () => {
    const disks = new Disks();
    disks.set("/", { blocks: 1000, bfree: 500, bavail: 300 });
    disks.set("/data", used(60));
    const fileSystems = new FileSystems(disks.statfs);
    fileSystems.all = [local("/"), local("/data")];
    expect(await fileSystems.fullest(0)).toEqual({ mountPoint: "/", percent: 62.5 });
    disks.set("/data", used(63));
    expect(await fileSystems.fullest(1)).toEqual({ mountPoint: "/data", percent: 63 });
  });

  test("is the first of equals, and an empty one where there is no other", async () => {
    const disks = new Disks();
    disks.set("/", used(0));
    disks.set("/work", used(0));
    const fileSystems = new FileSystems(disks.statfs);
    fileSystems.all = [local("/"), local("/work")];
    expect(await fileSystems.fullest(0)).toEqual({ mountPoint: "/", percent: 0 });
  });

  test("leaves out what was unmounted or has no size; without any there is none", async () => {
    const disks = new Disks();
    disks.set("/sizeless", { blocks: 0, bfree: 0, bavail: 0 });
    const fileSystems = new FileSystems(disks.statfs);
    expect(await fileSystems.fullest(0)).toBeUndefined();
    fileSystems.all = [local("/gone"), local("/sizeless")];
    expect(await fileSystems.fullest(1)).toBeUndefined();
    expect(fileSystems.count).toBe(2);
  });

  test("asks one after the other, and none again before the round is over", async () => {
    const disks = new Disks();
    const answer = Promise.withResolvers<BlockCounts>();
    disks.set("/", answer.promise);
    disks.set("/data", used(10));
    const fileSystems = new FileSystems(disks.statfs);
    fileSystems.all = [local("/"), local("/data")];
    const first = fileSystems.fullest(0);
    expect(await fileSystems.fullest(4999)).toBeUndefined();
    expect(disks.asked).toEqual(["/"]);
    answer.resolve(used(20));
    expect(await first).toEqual({ mountPoint: "/", percent: 20 });
    expect(disks.asked).toEqual(["/", "/data"]);
    expect(fileSystems.hanging).toEqual([]);
  });

  test("leaves one alone that has not answered for five seconds, with what lies under it and who may hang as well", async () => {
    const log = captureLog();
    const disks = new Disks();
    const answer = Promise.withResolvers<BlockCounts>();
    for (const path of ["/", "/nfs/disk", "/nfs2", "/other"]) disks.set(path, used(10));
    disks.set("/nfs", answer.promise);
    const fileSystems = new FileSystems(disks.statfs);
    const all = [local("/"), remote("/nfs"), local("/nfs2"), remote("/other"), local("/nfs/disk")];
    fileSystems.all = all;
    const first = fileSystems.fullest(0);
    await Bun.sleep(0);
    expect(await fileSystems.fullest(5000)).toEqual({ mountPoint: "/", percent: 10 });
    expect(fileSystems.hanging).toEqual(["/nfs"]);
    disks.asked.length = 0;
    // A later scan of the mounts finds the same ones.
    fileSystems.all = all.map((fileSystem) => ({ ...fileSystem }));
    expect(await fileSystems.fullest(10_000)).toEqual({ mountPoint: "/", percent: 10 });
    expect(disks.asked).toEqual(["/", "/nfs2"]);

    answer.resolve(used(99));
    expect(await first).toBeUndefined();
    expect(fileSystems.hanging).toEqual([]);
    disks.asked.length = 0;
    expect(await fileSystems.fullest(15_000)).toEqual({ mountPoint: "/nfs", percent: 99 });
    expect(disks.asked).toEqual(all.map(({ mountPoint }) => mountPoint));
    expect(log).toEqual([
      'WARN  host: A file system does not answer; leaving it alone mountPoint="/nfs"',
      'INFO  host: A file system answers again mountPoint="/nfs"',
    ]);
    releaseLog();
  });

  test("asks the only one again once it has answered", async () => {
    const disks = new Disks();
    const answer = Promise.withResolvers<BlockCounts>();
    disks.set("/nfs", answer.promise);
    const fileSystems = new FileSystems(disks.statfs);
    fileSystems.all = [remote("/nfs")];
    const first = fileSystems.fullest(0);
    expect(await fileSystems.fullest(5000)).toBeUndefined();
    answer.resolve(used(5));
    await first;
    expect(await fileSystems.fullest(15_000)).toEqual({ mountPoint: "/nfs", percent: 5 });
    expect(fileSystems.hanging).toEqual([]);
  });

  test("asks nobody when two hang: the agent's own files need a thread", async () => {
    const disks = new Disks();
    const never = new Promise<BlockCounts>(() => {});
    for (const path of ["/a", "/b", "/c"]) disks.set(path, never);
    const fileSystems = new FileSystems(disks.statfs);
    fileSystems.all = [local("/a"), local("/b"), local("/c")];
    void fileSystems.fullest(0);
    void fileSystems.fullest(5000);
    expect(await fileSystems.fullest(10_000)).toBeUndefined();
    expect(await fileSystems.fullest(15_000)).toBeUndefined();
    expect(disks.asked).toEqual(["/a", "/b"]);
    expect(fileSystems.hanging).toEqual(["/a", "/b"]);
  });
});
