import { expect, test } from "bun:test";
import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { unreadBytes } from "../../src/collector/unread-bytes.ts";
import { TempDir } from "../support/temp-dir.ts";

test.skipIf(process.platform !== "linux")("unreadBytes() adds up what is unread of the files that are open", () => {
  using folder = new TempDir("unread");
  const paths = ["a", "b", "absent"].map((name) => folder.file(name));
  for (const path of paths.slice(0, 2)) writeFileSync(path, "x".repeat(1000));
  expect(unreadBytes(process.pid, paths)).toBeUndefined();
  const [a, b] = paths.slice(0, 2).map((path) => openSync(path, "r"));
  readSync(Number(a), Buffer.alloc(300), 0, 300, null);
  expect(unreadBytes(process.pid, paths)).toBe(1700);
  expect(unreadBytes(process.pid, paths.slice(0, 1))).toBe(700);
  for (const fd of [a, b]) closeSync(Number(fd));
  expect(unreadBytes(process.pid, paths)).toBeUndefined();
});

test("unreadBytes() knows nothing of a process that has ended", async () => {
  const child = Bun.spawn(["true"]);
  await child.exited;
  expect(unreadBytes(child.pid, [import.meta.path])).toBeUndefined();
});
