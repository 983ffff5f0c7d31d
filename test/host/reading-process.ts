/**
 * Reads the host twice, in whatever namespaces and cgroups it was started: at once, and when its standard input ends.
 * Prints each time a line of JSON, a `Snapshot`. Its argument is the process of the runner's worker, if there is one.
 */
import { readFileSync } from "node:fs";
import { HostReader } from "../../src/host/host-reader.ts";
import { Sources } from "../../src/host/sources.ts";
import { newBatch, numbersIn } from "./fake-host.ts";
import type { Snapshot } from "./reading.ts";

const batch = newBatch();
const worker = Number(process.argv[2]);
const reader = new HostReader(batch, new Sources(), { workerPid: () => (worker > 0 ? worker : undefined) });

function tell(): void {
  const atMs = performance.now();
  reader.read(atMs, 0);
  const [stat, meminfo] = [readFileSync("/proc/stat", "utf8"), readFileSync("/proc/meminfo", "utf8")];
  const snapshot: Snapshot = { atMs, numbers: numbersIn(batch), stat, meminfo };
  process.stdout.write(`${JSON.stringify(snapshot)}\n`);
}

// The worker's cgroup is found by the first reading and read by those that follow.
if (worker > 0) reader.read(performance.now(), 0);
tell();
await Bun.stdin.text();
tell();
process.exit(0);
