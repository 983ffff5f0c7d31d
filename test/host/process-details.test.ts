import { expect, test } from "bun:test";
import { ProcessDetails } from "../../src/host/process-details.ts";
import { FakeHost } from "./fake-host.ts";
import { FakeProcesses } from "./fake-processes.ts";

/** A process whose files were read at a scan. */
const at = (pid: number, readAtScan = 1): { pid: number; readAtScan: number } => ({ pid, readAtScan });

test("ProcessDetails reads private memory, disk bytes and the command line", () => {
  using host = new FakeHost();
  new FakeProcesses(host).set(10, { name: "cc", privateKib: 2048, read: 4096, written: 8192 });
  const details = new ProcessDetails(host.root);
  expect(details.privateBytes(at(10))).toBe(2 * 1024 * 1024);
  expect(details.diskBytes(at(10))).toEqual({ read: 4096, written: 8192 });
  expect(details.commandLine(at(10))).toBe("cc --password secret");
});

test("ProcessDetails does not know what is gone, or what the kernel does not tell", () => {
  using host = new FakeHost({
    "proc/11/status": "Name:\tkthreadd\n",
    "proc/11/io": "rchar: 1\n",
    "proc/11/cmdline": "",
  });
  const details = new ProcessDetails(host.root);
  for (const pid of [10, 11]) {
    expect(details.privateBytes(at(pid))).toBeUndefined();
    expect(details.diskBytes(at(pid))).toBeUndefined();
  }
  expect([details.commandLine(at(10)), details.commandLine(at(11))]).toEqual([undefined, ""]);
});

test("ProcessDetails.commandLine() cuts what is long, between characters", () => {
  using host = new FakeHost({ "proc/10/cmdline": `${"x".repeat(1023)}\u{1F600}${"y".repeat(9)}` });
  expect(new ProcessDetails(host.root).commandLine(at(10))).toBe(`${"x".repeat(1023)}\u{FFFD}`);
});

test("ProcessDetails reads nothing again of a process that sleeps", () => {
  using host = new FakeHost();
  const processes = new FakeProcesses(host);
  processes.set(10, { privateKib: 1, read: 1, written: 1 });
  const details = new ProcessDetails(host.root);
  const sleeping = at(10);
  const figures = (): unknown[] => [details.privateBytes(sleeping), details.diskBytes(sleeping)];
  expect(figures()).toEqual([1024, { read: 1, written: 1 }]);
  processes.set(10, { privateKib: 2, read: 2, written: 2 });
  expect(figures()).toEqual([1024, { read: 1, written: 1 }]);
  sleeping.readAtScan = 2;
  expect(figures()).toEqual([2048, { read: 2, written: 2 }]);
});
