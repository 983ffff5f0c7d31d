import { expect, test } from "bun:test";
import { MountTable } from "../../src/host/mount-table.ts";
import { FakeHost } from "./fake-host.ts";

const ROOT = "27 1 254:0 / / rw - ext4 /dev/vda rw\n";

test("MountTable.read() is the same array until something is mounted or unmounted", () => {
  using host = new FakeHost({ "proc/self/mountinfo": ROOT });
  const table = new MountTable(host.root);
  const first = table.read();
  expect(first.map(({ mountPoint }) => mountPoint)).toEqual(["/"]);
  expect(table.read()).toBe(first);
  host.write("proc/self/mountinfo", `${ROOT}28 27 254:1 / /data rw - ext4 /dev/vdb rw\n`);
  expect(table.read().map(({ mountPoint }) => mountPoint)).toEqual(["/", "/data"]);
  host.write("proc/self/mountinfo", ROOT);
  expect(table.read()).toEqual(first);
  table.close();
});

test("MountTable.read() throws when there is none", () => {
  using host = new FakeHost();
  expect(() => new MountTable(host.root).read()).toThrow("mountinfo");
});
