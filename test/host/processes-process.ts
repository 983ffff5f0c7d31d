/**
 * Samples processes of a known load for a second, in a process namespace of its own, so that no others are among them.
 * Its arguments are a folder with `Runner.Listener` and `Runner.Worker`, which are shells, and a FIFO that nobody reads.
 * Prints a `Sampled` as JSON.
 */
import { constants, openSync, readdirSync, readFileSync } from "node:fs";
import { ProcessSampler } from "../../src/host/process-sampler.ts";
import { Sources } from "../../src/host/sources.ts";
import { eventually } from "../support/eventually.ts";
import { cpuSecondsOf, memoryOf } from "../support/process-use.ts";
import { RESOURCE } from "./resource.ts";

/** What a sample says, and what the kernel says elsewhere of the same processes in the same time. */
export interface Sampled {
  readonly line: string;
  readonly workerPid: number | undefined;
  readonly busy: { readonly pid: number; readonly cores: number };
  readonly large: { readonly pid: number; readonly privateMib: number };
  /** Cores that children of a shell have used that ran and ended meanwhile. */
  readonly endedCores: number;
}

const [folder = "", fifo = ""] = process.argv.slice(2);
const LARGE_BYTES = 100 * 1024 * 1024;
const SPAN_MS = 1000;

const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
const runner = `"${folder}/Runner.Worker" -c 'sh -c "while :; do :; done" busy & wait' & wait`;
Bun.spawn([`${folder}/Runner.Listener`, "-c", runner], quiet);
const large = Bun.spawn(["dd", "if=/dev/zero", `bs=${LARGE_BYTES}`, "count=1"], {
  ...quiet,
  stdout: openSync(fifo, constants.O_RDWR),
});
// Each of them ends at once, and together they are busy.
const many = Bun.spawn(
  ["sh", "-c", "while :; do sh -c 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done'; done"],
  quiet,
);
// A process that has slept all the time.
Bun.spawn(["sleep", "60"], quiet);

function isBusy(pid: string): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").endsWith("done\0busy\0");
}

const busyPid = await eventually("the busy process", () => {
  const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && isBusy(name));
  return pid === undefined ? undefined : Number(pid);
});
await eventually("the large process", () => memoryOf(large.pid).anonMib * 1024 * 1024 > LARGE_BYTES || undefined);

let line = "";
const sink = {
  lineMaxBytes: 1_000_000,
  offer: (bytes: Uint8Array): "accepted" => {
    line = new TextDecoder().decode(bytes);
    return "accepted";
  },
};
const current = { traceId: "4bf9", spanId: "5399", attributes: {}, startedAtMs: 0, steps: [] };
const sampler = new ProcessSampler(new Sources(), { resource: RESOURCE, sink, jobs: { current } });

function childSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function look(): { readonly atMs: number; readonly busySeconds: number; readonly endedSeconds: number } {
  const seconds = { busySeconds: cpuSecondsOf(busyPid), endedSeconds: childSeconds(many.pid) };
  const atMs = performance.now();
  sampler.sample(atMs, Date.now());
  return { atMs, ...seconds };
}

const before = look();
await Bun.sleep(SPAN_MS);
const after = look();
const seconds = (after.atMs - before.atMs) / 1000;
const sampled: Sampled = {
  line,
  workerPid: sampler.workerPid,
  busy: { pid: busyPid, cores: (after.busySeconds - before.busySeconds) / seconds },
  large: { pid: large.pid, privateMib: memoryOf(large.pid).anonMib },
  endedCores: (after.endedSeconds - before.endedSeconds) / seconds,
};
process.stdout.write(JSON.stringify(sampled));
process.exit(0);
