import { afterEach, describe, expect, test } from "bun:test";
import { MachineScope } from "../../src/host/machine-scope.ts";
import { Notices } from "../../src/host/notices.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { CALM, FakeHost, newBatch, numbersIn, pressure } from "./fake-host.ts";

afterEach(releaseLog);

describe("MachineScope.read()", () => {
  test("tells the machine's pressure and its OOM kills since it was started", () => {
    using host = new FakeHost({ ...CALM, "proc/vmstat": "nr_free_pages 12\noom_kill_x 3\noom_kill 7\n" });
    const batch = newBatch();
    const scope = new MachineScope(host.root, batch, new Notices());
    scope.read(0, 1);
    expect(numbersIn(batch)).toEqual({ "system.memory.oom_kills{scope=host}": 7 });
    host.write("proc/pressure/io", pressure(400_000, 200_000));
    scope.read(1000, 2);
    expect(numbersIn(batch)).toMatchObject({
      "system.io.pressure.utilization{scope=host,stall=some}": 40,
      "system.io.pressure.utilization{scope=host,stall=full}": 20,
      "system.cpu.pressure.utilization{scope=host,stall=some}": 0,
    });
    scope.close();
  });

  test("says once what the kernel does not have, and tells the rest", () => {
    const log = captureLog();
    using host = new FakeHost({ ...CALM, "proc/vmstat": "nr_free_pages 12\n" });
    host.remove("proc/pressure");
    const batch = newBatch();
    const scope = new MachineScope(host.root, batch, new Notices());
    scope.read(0, 1);
    scope.read(1000, 2);
    for (const [path, text] of Object.entries(CALM)) host.write(path, text);
    scope.read(2000, 3);
    scope.read(3000, 4);
    expect(numbersIn(batch)).toEqual({});
    expect(log).toEqual([
      expect.stringContaining("The kernel tells no pressure of the machine"),
      expect.stringContaining("The kernel does not count the machine's OOM kills"),
    ]);
    scope.close();
  });
});
