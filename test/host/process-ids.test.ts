import { expect, test } from "bun:test";
import { readdirSync, symlinkSync } from "node:fs";
import { ProcessIds } from "../../src/host/process-ids.ts";
import { FakeHost } from "./fake-host.ts";

test("ProcessIds.read() lists what is a number, however many there are", () => {
  using host = new FakeHost({ "proc/stat": "", "proc/12x/stat": "", "proc/0/stat": "" });
  const ids = new ProcessIds(host.root);
  expect([...ids.read()]).toEqual([]);
  // More than fit into one call, and more than there is room for at first.
  const pids = Array.from({ length: 1500 }, (_, index) => 100_000 + index);
  for (const pid of pids) symlinkSync("stat", `${host.root}/proc/${pid}`);
  expect([...ids.read()].toSorted((one, other) => one - other)).toEqual(pids);
  host.remove("proc/100000");
  expect(ids.read()).toHaveLength(1499);
});

test("ProcessIds.read() throws when there is no /proc", () => {
  using host = new FakeHost();
  expect(() => new ProcessIds(host.root).read()).toThrow("ENOENT");
});

test.skipIf(process.platform !== "linux")("ProcessIds.read() lists those of this machine", () => {
  const before = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const ids = [...new ProcessIds("").read()];
  const after = new Set(readdirSync("/proc"));
  expect(ids).toContain(process.pid);
  for (const pid of before) if (after.has(pid)) expect(ids).toContain(Number(pid));
});
