/** What it costs to have it there: start to listening, and CPU and memory while nothing comes. */
import { built } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { TempDir } from "../support/temp-dir.ts";
import type { Chapter } from "./chapter.ts";
import { cpuSecondsOf, memoryOf } from "../support/process-use.ts";
import { median } from "./summary.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { agentTarget, bareTarget, otelcolTarget, TARGET_NAMES } from "./targets.ts";

export interface IdleTimes {
  readonly settleMs: number;
  readonly idleMs: number;
  readonly starts: number;
}

export async function idle(times: IdleTimes, say: (line: string) => void): Promise<Chapter[]> {
  const rows: string[][] = [];
  for (const start of [() => agentTarget(TARGET_NAMES.folder), bareTarget, otelcolTarget]) {
    await using target = await start();
    await Bun.sleep(times.settleMs);
    const [cpuBefore, startedAtMs] = [cpuSecondsOf(target.pid), performance.now()];
    await Bun.sleep(times.idleMs);
    const seconds = (performance.now() - startedAtMs) / 1000;
    const cpuPercent = (100 * (cpuSecondsOf(target.pid) - cpuBefore)) / seconds;
    const { anonMib, mappedMib } = memoryOf(target.pid);
    rows.push([target.name, cpuPercent.toFixed(3), anonMib.toFixed(1), mappedMib.toFixed(1)]);
    say(`idle · ${target.name}`);
  }
  const starts = await startSpans(times.starts);
  say("starts");
  return [
    {
      title: "Idle",
      note: `Nothing is sent, for ${times.idleMs / 1000} s.`,
      table: markdownTable(["what runs", "CPU, % of a core", "anon MiB", "mapped MiB"], rows),
    },
    {
      title: "Start",
      note: `ms from the start of the process, ${times.starts} starts with the executable in the page cache.`,
      table: markdownTable(
        ["until", "best", "median", "worst"],
        [
          ["a connection is taken", ...spread(starts.map(({ takenMs }) => takenMs))],
          ["the first answer, of /health", ...spread(starts.map(({ answeredMs }) => answeredMs))],
        ],
      ),
    },
  ];
}

function spread(spans: readonly number[]): string[] {
  return [Math.min(...spans), median(spans), Math.max(...spans)].map((ms) => ms.toFixed(1));
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
