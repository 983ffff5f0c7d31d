/** What an image carries and a runner pays: the files, and the agent with its collector while nothing else is sent. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Agent } from "../support/agent.ts";
import { built } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt } from "../support/json.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { TempDir } from "../support/temp-dir.ts";
import { cpuSecondsOf, memoryOf } from "./process-use.ts";

export interface FootprintTimes {
  readonly settleMs: number;
  readonly measureMs: number;
}

const INTERVALS = ["1s", "5s", "10s"] as const;
const BLOCK_BYTES = 512;

export async function footprint(times: FootprintTimes, say: (line: string) => void): Promise<string> {
  const rows: string[][] = [];
  let ringMib = 0;
  for (const interval of INTERVALS) {
    await using base = await TempDir.create("bench");
    const logs = ["--collector-syslog-path", base.file("no-syslog"), "--collector-diag-glob", base.file("no-diag")];
    const flags = ["--collector-path", built("collector"), "--collector-interval", interval, ...logs];
    await using agent = await Agent.start({ executable: built("executable"), baseDirectory: base.path, flags });
    const lineBytes = async (): Promise<number> =>
      numberAt(await agent.stats(), "streams", "metrics", "accepted_line_bytes");
    await eventually("the collector's metrics", async () => (await lineBytes()) > 0, { timeoutMs: 60_000 });
    await Bun.sleep(times.settleMs);
    const pids = [agent.pid, numberAt(await agent.stats(), "collector", "pid")];
    const [before, bytesBefore, startedAtMs] = [pids.map(cpuSecondsOf), await lineBytes(), performance.now()];
    await Bun.sleep(times.measureMs);
    const seconds = (performance.now() - startedAtMs) / 1000;
    const megabytesAnHour = (((await lineBytes()) - bytesBefore) / seconds) * (3600 / 1e6);
    for (const [at, pid] of pids.entries()) {
      const cpuPercent = (100 * (cpuSecondsOf(pid) - (before[at] ?? 0))) / seconds;
      const { rssMib, anonMib } = memoryOf(pid);
      const name = at === 0 ? "warp-telemetry" : "its collector";
      const sent = at === 0 ? megabytesAnHour.toFixed(1) : "";
      rows.push([interval, name, cpuPercent.toFixed(2), rssMib.toFixed(0), anonMib.toFixed(0), sent]);
    }
    ringMib = allocatedMib(base.file("buffer"));
    say(`with its collector, every ${interval}`);
  }
  const files = markdownTable(
    ["on the disk", "MB"],
    [
      ["the executable", megabytes(built("executable"))],
      ["the collector", megabytes(built("collector"))],
      ["four rings", (ringMib * 1.048576).toFixed(0)],
    ],
  );
  const head = ["host metrics every", "process", "CPU, % of a core", "RSS MiB", "anon MiB", "MB of objects an hour"];
  return `${files}\n\n${markdownTable(head, rows)}`;
}

function megabytes(file: string): string {
  return (statSync(file).size / 1e6).toFixed(0);
}

function allocatedMib(folder: string): number {
  const bytes = readdirSync(folder).map((name) => statSync(join(folder, name)).blocks * BLOCK_BYTES);
  return bytes.reduce((sum, count) => sum + count, 0) / 2 ** 20;
}
