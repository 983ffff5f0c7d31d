import { expect, test } from "bun:test";
import { ProcessDetails } from "../../src/host/process-details.ts";
import { FakeHost } from "./fake-host.ts";
import { FakeProcesses } from "./fake-processes.ts";

test("ProcessDetails reads private memory, disk bytes and the command line", () => {
  using host = new FakeHost();
  new FakeProcesses(host).set(10, { name: "cc", privateKib: 2048, read: 4096, written: 8192 });
  const details = new ProcessDetails(host.root);
  expect(details.privateBytes(10)).toBe(2 * 1024 * 1024);
  expect(details.diskBytes(10)).toEqual({ read: 4096, written: 8192 });
  expect(details.commandLine(10)).toBe("cc --password secret");
});

test("ProcessDetails does not know what is gone, or what the kernel does not tell", () => {
  using host = new FakeHost({
    "proc/11/status": "Name:\tkthreadd\n",
    "proc/11/io": "rchar: 1\n",
    "proc/11/cmdline": "",
  });
  const details = new ProcessDetails(host.root);
  for (const pid of [10, 11]) {
    expect(details.privateBytes(pid)).toBeUndefined();
    expect(details.diskBytes(pid)).toBeUndefined();
  }
  expect([details.commandLine(10), details.commandLine(11)]).toEqual([undefined, ""]);
});

test("ProcessDetails.commandLine() cuts what is long, between characters", () => {
  using host = new FakeHost({ "proc/10/cmdline": `${"x".repeat(1023)}\u{1F600}${"y".repeat(9)}` });
  expect(new ProcessDetails(host.root).commandLine(10)).toBe(`${"x".repeat(1023)}\u{FFFD}`);
});
