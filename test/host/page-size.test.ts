import { expect, test } from "bun:test";
import { pageBytes } from "../../src/host/page-size.ts";
import { FakeHost } from "./fake-host.ts";

const getconf = Bun.which("getconf");

test.skipIf(process.platform !== "linux" || getconf === null)("pageBytes() is what getconf says", () => {
  const { stdout } = Bun.spawnSync([getconf ?? "", "PAGESIZE"]);
  expect(pageBytes("")).toBe(Number(stdout.toString()));
});

test("pageBytes() is read from the vector, and the usual where there is none", () => {
  const vector = Buffer.alloc(32);
  vector.writeBigUInt64LE(33n, 0);
  vector.writeBigUInt64LE(6n, 16);
  vector.writeBigUInt64LE(16_384n, 24);
  using host = new FakeHost({ "proc/self/auxv": vector.toString("latin1") });
  expect(pageBytes(host.root)).toBe(16_384);
  using empty = new FakeHost();
  expect(pageBytes(empty.root)).toBe(4096);
});
