/** The smallest memory cgroup, page cache included, in which a busy job's telemetry flows. */
import { readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { built } from "../support/built.ts";
import { MemoryLimit } from "../support/memory-limit.ts";
import { S3Store } from "../support/stores.ts";
import { workload } from "./bodies.ts";
import type { Chapter } from "./chapter.ts";
import { Load } from "./measure.ts";
import { memoryTrial, type Trial } from "./memory-trial.ts";
import { logs } from "./shapes.ts";
import { markdownTable } from "../support/markdown-table.ts";

const RECORDS = 100;
const RECORDS_PER_SECOND = 10_000;
const CONNECTIONS = 8;
const MIB = 1024 * 1024;
/** Less is late: the sender's own queue grows. */
const FLOWING = 0.98;

export interface MemoryTimes {
  /** From the largest on; none is tried after one in which it does not flow. */
  readonly limitsMib: readonly number[];
  readonly measureMs: number;
  readonly rounds: number;
}

export async function memory(times: MemoryTimes, say: (line: string) => void): Promise<Chapter[]> {
  const title = "Memory";
  const head = [
    "cgroup MiB",
    "flows",
    "accepted %",
    "refused",
    "failed",
    "OOM kills",
    "major faults",
    "p99 ms",
    "anon MiB",
    "mapped MiB",
  ];
  const missing = MemoryLimit.missing();
  if (missing !== undefined) return [{ title, note: `Not measured: ${missing}.`, table: markdownTable(head, []) }];
  using load = await Load.create(workload(logs(RECORDS, 200), "json"));
  const rows: (readonly string[])[] = [];
  for (const limitMib of times.limitsMib) {
    const trials: Trial[] = [];
    for (let round = 0; round < times.rounds; round++) trials.push(await trial(limitMib, load, times.measureMs));
    const { cells, isFlowing } = rowOf(limitMib, trials, times.measureMs);
    say(`memory · ${limitMib} MiB: ${isFlowing ? "flows" : "does not flow"}`);
    rows.push(cells);
    if (!isFlowing) break;
  }
  const seconds = (share: number): string => ((share * times.measureMs) / 1000).toFixed(0);
  const note =
    `${load.workload.name}, 10,000 records/s over ${CONNECTIONS} connections to S3 for ${seconds(1)} s, of which the store ` +
    `takes nothing for ${seconds(AWAY)}; no collector. The agent alone in a memory cgroup that counts its part of the page ` +
    `cache, the pages of its executable included. It flows when nothing was refused or failed and at least ` +
    `${100 * FLOWING} % of the requests were answered in time. The worst of ${times.rounds} rounds. A fault reads ` +
    `${readAheadKib()} KiB ahead from this machine's disk.`;
  return [{ title, note, table: markdownTable(head, rows) }];
}

/** Of the time, and when it begins: what comes meanwhile, and until the agent tries again, fits into a ring. */
const AWAY = 0.2;
const AWAY_FROM = 0.2;

async function trial(limitMib: number, load: Load, measureMs: number): Promise<Trial> {
  await using store = await S3Store.start(built("s3"));
  return await memoryTrial({
    executable: built("executable"),
    limitBytes: limitMib * MIB,
    load,
    connections: CONNECTIONS,
    requestsPerSecond: RECORDS_PER_SECOND / RECORDS,
    store,
    measureMs,
    away: { fromMs: AWAY_FROM * measureMs, forMs: AWAY * measureMs },
  });
}

interface Row {
  readonly cells: readonly string[];
  readonly isFlowing: boolean;
}

function rowOf(limitMib: number, trials: readonly Trial[], measureMs: number): Row {
  const due = ((RECORDS_PER_SECOND / RECORDS) * measureMs) / 1000;
  const most = (figure: (one: Trial) => number): number => Math.max(...trials.map(figure));
  const sum = (figure: (one: Trial) => number): number => trials.reduce((total, one) => total + figure(one), 0);
  const accepted = -most((one) => -one.accepted) / due;
  const [refused, failed] = [sum((one) => one.refused), sum((one) => one.failed)];
  const isFlowing = refused === 0 && failed === 0 && accepted >= FLOWING;
  const cells = [
    String(limitMib),
    isFlowing ? "yes" : "no",
    (100 * Math.min(1, accepted)).toFixed(1),
    String(refused),
    String(failed),
    String(sum((one) => one.oomKills)),
    String(most((one) => one.majorFaults)),
    most((one) => one.p99Ms).toFixed(1),
    most((one) => one.anonMib).toFixed(0),
    most((one) => one.mappedMib).toFixed(0),
  ];
  return { cells, isFlowing };
}

/** Of the file system with the temporary folder: the more, the more of the page cache one fault takes. */
function readAheadKib(): string {
  const { dev } = statSync(tmpdir());
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  try {
    return readFileSync(`/sys/class/bdi/${major}:${minor}/read_ahead_kb`, "utf8").trim();
  } catch {
    return "an unknown number of";
  }
}
