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
  const starts = await startSpans(times.starts);
  say("starts");
  const idleTable = table(["", "CPU, % of a core", "RSS MiB", "anon MiB"], rows);
  const startTable = table(
    [`ms from the start of the process, ${times.starts} starts`, "best", "median", "worst"],
    [
      ["to a connection that is taken", ...spread(starts.map(({ takenMs }) => takenMs))],
      ["to the first answer, of /health", ...spread(starts.map(({ answeredMs }) => answeredMs))],
    ],
  );
  return `${idleTable}\n\n${startTable}`;
}

function spread(spans: readonly number[]): string[] {
  const sorted = spans.toSorted((a, b) => a - b);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((ms) => (ms ?? 0).toFixed(1));
}

/** The first start, whose pages come from the disk, does not count. */
async function startSpans(starts: number): Promise<{ readonly takenMs: number; readonly answeredMs: number }[]> {
  const spans: { takenMs: number; answeredMs: number }[] = [];
  for (let n = 0; n <= starts; n++) {
    await using directory = await TempDir.create("bench");
    const port = await freePort();
    const place = ["--port", String(port), "--base-directory", directory.path, "--no-collector"];
    const startedAtMs = performance.now();
    await using child = new Child([built("executable"), ...place]);
    while (!(await isTaken(port))) {
      if (!child.isRunning) throw new Error(`Cannot start the agent: ${child.output}`);
    }
    const takenMs = performance.now() - startedAtMs;
    await (await fetch(`http://127.0.0.1:${port}/health`)).text();
    spans.push({ takenMs, answeredMs: performance.now() - startedAtMs });
  }
  return spans.slice(1);
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
