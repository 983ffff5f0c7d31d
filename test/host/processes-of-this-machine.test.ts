/** What is said of real processes, beside what the kernel says of them elsewhere. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { valueAt } from "../support/json.ts";
import { TempDir } from "../support/temp-dir.ts";
import { recordIn } from "./process-records.ts";
import type { Sampled } from "./processes-process.ts";
import { needsRoot, run } from "./root-linux.ts";

setDefaultTimeout(20_000);

/** What makes a namespace in which the command is the first process. */
const ALONE = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];

function within(expected: number, percent: number): readonly [number, number] {
  return [expected * (1 - percent / 100), expected * (1 + percent / 100)];
}

describe.skipIf(needsRoot.missing)(needsRoot.title("the processes that use most"), () => {
  test("are told with the right numbers: one that is busy, one that is large, many that are short", () => {
    using folder = new TempDir("processes");
    for (const name of ["Runner.Listener", "Runner.Worker"]) symlinkSync("/bin/sh", folder.file(name));
    run("mkfifo", folder.file("fifo"));
    const script = join(import.meta.dir, "processes-process.ts");
    const sampled: Sampled = JSON.parse(run(...ALONE, process.execPath, script, folder.path, folder.file("fifo")));
    const { line, busy, large } = sampled;

    const busyRecord = recordIn(line, "sh", busy.pid);
    expect(busy.cores).toBeGreaterThan(0.1);
    expect(valueAt(busyRecord, "process.cpu.usage")).toBeWithin(...within(busy.cores, 5));
    // It is below the worker, so it is in the job's span.
    expect(valueAt(busyRecord, "spanId")).toBe("5399");

    const largeRecord = recordIn(line, "dd", large.pid);
    expect(large.privateMib).toBeWithin(100, 105);
    expect(Number(valueAt(largeRecord, "process.memory.private")) / 1024 ** 2).toBeWithin(
      ...within(large.privateMib, 5),
    );
    expect(valueAt(largeRecord, "spanId")).toBeUndefined();

    const rest = recordIn(line, "All other processes");
    expect(sampled.endedCores).toBeGreaterThan(0.1);
    const ended = Number(valueAt(rest, "process.ended.cpu.usage"));
    expect(ended).toBeWithin(sampled.endedCores - 0.1, sampled.endedCores + 0.1);
    expect(sampled.workerPid).toBeGreaterThan(1);
    expect(line).not.toContain("/dev/zero");
  });
});
