/** What it costs to have it there: start to listening, and CPU and memory while nothing comes. */
import { built } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { TempDir } from "../support/temp-dir.ts";
import { cpuSecondsOf, memoryOf } from "./process-use.ts";
import { table } from "./table.ts";
import { agentTarget, bareTarget, otelcolTarget } from "./targets.ts";

export interface IdleTimes {
  readonly settleMs: number;
  readonly idleMs: number;
  readonly starts: number;
}

export async function idle(times: IdleTimes, say: (line: string) => void): Promise<string> {
  const rows: string[][] = [];
  for (const start of [() => agentTarget("warp-telemetry to a folder"), bareTarget, otelcolTarget]) {
    await using target = await start();
    await Bun.sleep(times.settleMs);
    const [cpuBefore, startedAtMs] = [cpuSecondsOf(target.pid), performance.now()];
    await Bun.sleep(times.idleMs);
    const seconds = (performance.now() - startedAtMs) / 1000;
    const cpuPercent = (100 * (cpuSecondsOf(target.pid) - cpuBefore)) / seconds;
    const { rssMib, anonMib } = memoryOf(target.pid);
    rows.push([target.name, cpuPercent.toFixed(3), rssMib.toFixed(1), anonMib.toFixed(1)]);
    say(`idle · ${target.name}`);
  }
  const startMs = await startToListening(times.starts);
  say("starts");
  const idleTable = table(["", "CPU, % of a core", "RSS MiB", "anon MiB"], rows);
  const median = startMs[Math.floor(startMs.length / 2)] ?? 0;
  return (
    `${idleTable}\n\nStart of the process to a connection that is taken, ms, ${startMs.length} starts: ` +
    `best ${(startMs[0] ?? 0).toFixed(1)}, median ${median.toFixed(1)}, worst ${(startMs.at(-1) ?? 0).toFixed(1)}.`
  );
}

/** In order of length. The first start, whose pages come from the disk, does not count. */
async function startToListening(starts: number): Promise<number[]> {
  const spans: number[] = [];
  for (let n = 0; n <= starts; n++) {
    await using directory = await TempDir.create("bench");
    const port = await freePort();
    const place = ["--port", String(port), "--base-directory", directory.path, "--no-collector"];
    const startedAtMs = performance.now();
    await using child = new Child([built("executable"), ...place]);
    while (!(await isTaken(port))) {
      if (!child.isRunning) throw new Error(`Cannot start the agent: ${child.output}`);
    }
    spans.push(performance.now() - startedAtMs);
  }
  return spans.slice(1).toSorted((a, b) => a - b);
}

async function isTaken(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}
