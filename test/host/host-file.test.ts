import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { HostFile, textOf } from "../../src/host/host-file.ts";
import { FakeHost } from "./fake-host.ts";

describe("HostFile", () => {
  test("read() tells what the file says now", () => {
    using host = new FakeHost({ "proc/stat": "cpu 12345 6" });
    const file = new HostFile(`${host.root}/proc/stat`);
    expect(file.read().next()).toBe(12_345);
    host.write("proc/stat", "cpu 7");
    const scanner = file.read();
    expect([scanner.next(), scanner.next()]).toEqual([7, Number.NaN]);
    file.close();
    file.close();
    expect(file.read().next()).toBe(7);
    file.close();
  });

  test("read() throws for a file that is not there, and reads it once it is", () => {
    using host = new FakeHost();
    const file = new HostFile(`${host.root}/proc/stat`);
    expect(() => file.read()).toThrow("ENOENT");
    host.write("proc/stat", "cpu 1\n");
    expect(file.read().next()).toBe(1);
    file.close();
  });

  test.skipIf(process.platform !== "linux")("read() reads files of the real /proc anew each time", () => {
    const file = new HostFile("/proc/self/stat");
    const userTicks = (): number => {
      const scanner = file.read();
      // The fourteenth field; the program's name and the state are no numbers.
      return Array.from({ length: 12 }, () => scanner.next()).at(-1) ?? 0;
    };
    const before = userTicks();
    // Until there is a tick more: how long that takes is the machine's to say.
    const end = performance.now() + 10_000;
    while (userTicks() === before && performance.now() < end);
    expect(userTicks()).toBeGreaterThan(before);
    file.close();
  });

  test.skipIf(process.platform !== "linux")(
    "readAll() reads files of many records whole, as long as they may be",
    () => {
      // The kernel hands over a page at a time.
      const file = new HostFile("/proc/self/smaps");
      expect(file.readAll().byteLength).toBeGreaterThan(16 * 1024);
      file.close();
      using host = new FakeHost({ "proc/self/mountinfo": "x".repeat(100_000) });
      const mountInfo = new HostFile(`${host.root}/proc/self/mountinfo`);
      expect(mountInfo.readAll().byteLength).toBe(100_000);
      host.write("proc/self/mountinfo", "");
      expect(mountInfo.readAll().byteLength).toBe(0);
      mountInfo.close();
    },
  );
});

test("textOf() is undefined for what cannot be read", () => {
  using host = new FakeHost({ "proc/1/cgroup": "0::/\n" });
  expect(textOf(`${host.root}/proc/1/cgroup`)).toBe(readFileSync(`${host.root}/proc/1/cgroup`, "utf8"));
  expect(textOf(`${host.root}/proc/1`)).toBeUndefined();
  expect(textOf(`${host.root}/none`)).toBeUndefined();
});
