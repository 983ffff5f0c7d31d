import { expect, test } from "bun:test";
import { FileSystems } from "../../src/host/file-systems.ts";
import { FullestFileSystem } from "../../src/host/fullest-file-system.ts";
import { newBatch, numbersIn } from "./fake-host.ts";

const MB = 1_000_000;

test("FullestFileSystem does not take the step to another file system for a rate", () => {
  const usedMb = new Map([
    ["/", 500],
    ["/data", 400],
  ]);
  const fileSystems = new FileSystems({
    now: (path) => {
      const free = 1000 - (usedMb.get(path) ?? 0);
      return { frsize: MB, blocks: 1000, bfree: free, bavail: free };
    },
    later: async () => await Promise.reject(new Error("not asked")),
  });
  fileSystems.all = ["/", "/data"].map((mountPoint) => ({ mountPoint, mayHang: false }));
  const batch = newBatch();
  const fullest = new FullestFileSystem(batch);
  const read = (second: number): Record<string, number> => {
    fileSystems.read();
    fullest.add(fileSystems, second * 1000, second);
    return numbersIn(batch);
  };
  for (let second = 0; second < 10; second++) read(second);
  usedMb.set("/data", 600);
  const numbers = read(10);
  expect(numbers).toEqual({
    "system.filesystem.utilization{system.filesystem.mountpoint=/data}": 60,
    "system.filesystem.usage{system.filesystem.mountpoint=/data,system.filesystem.state=used}": 600 * MB,
    "system.filesystem.usage{system.filesystem.mountpoint=/data,system.filesystem.state=free}": 400 * MB,
  });
  for (let second = 11; second < 20; second++) {
    usedMb.set("/data", 600 + second);
    read(second);
  }
  expect(read(20)["system.filesystem.time_to_full{system.filesystem.mountpoint=/data}"]).toBeGreaterThan(100);
});
