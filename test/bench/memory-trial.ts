/** Whether the agent gets along with so much memory, its part of the page cache included. */
import { copyFile } from "node:fs/promises";
import { Agent } from "../support/agent.ts";
import { MemoryLimit } from "../support/memory-limit.ts";
import type { Store } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { type Load, REFUSED_PAUSE_MS } from "./measure.ts";
import { runLoad } from "./load.ts";
import { memoryOf } from "../support/process-use.ts";
import { PINNED } from "./targets.ts";

export interface TrialOptions {
  readonly executable: string;
  readonly limitBytes: number;
  readonly load: Load;
  readonly connections: number;
  /** Undefined: as fast as the answers come. */
  readonly requestsPerSecond?: number;
  readonly store: Store;
  readonly measureMs: number;
  /** Part of that time in which the store takes nothing. Default: none. */
  readonly away?: { readonly fromMs: number; readonly forMs: number };
  /** Called before the load with what puts a command into the same group; runs beside the agent until disposed of. */
  readonly beside?: (launcher: readonly string[]) => Promise<AsyncDisposable>;
}

export interface Trial {
  readonly accepted: number;
  readonly refused: number;
  /** Any other answer, and connections that were closed. */
  readonly failed: number;
  readonly oomKills: number;
  readonly majorFaults: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The highest that were seen. */
  readonly anonMib: number;
  readonly mappedMib: number;
}

const LOOK_EVERY_MS = 50;
const WARM_UP_MS = 1000;

export async function memoryTrial(options: TrialOptions): Promise<Trial> {
  const { limitBytes, load, store, measureMs, away } = options;
  await using directory = await TempDir.create("memory");
  using limit = MemoryLimit.create(limitBytes);
  const before = limit.events;
  const executable = await uncached(options.executable, directory);
  await using agent = await Agent.spawn({
    executable,
    baseDirectory: directory.file("base"),
    flags: [...store.flags, "--no-collector"],
    environment: store.environment,
    launcher: [...limit.launcher, ...PINNED],
  });
  await agent.listening().catch(() => undefined);
  await using _beside = await options.beside?.(limit.launcher);
  let [anonMib, mappedMib] = [0, 0];
  const looking = setInterval(() => {
    if (!agent.isRunning) return;
    const memory = memoryOf(agent.pid);
    anonMib = Math.max(anonMib, memory.anonMib);
    mappedMib = Math.max(mappedMib, memory.mappedMib);
  }, LOOK_EVERY_MS);
  const timers: NodeJS.Timeout[] = [];
  const order = {
    port: agent.port,
    requestFile: load.file,
    connections: options.connections,
    warmUpMs: WARM_UP_MS,
    measureMs,
    refusedPauseMs: REFUSED_PAUSE_MS,
    ...(options.requestsPerSecond !== undefined && { requestsPerSecond: options.requestsPerSecond }),
  };
  const onMeasuring = (): void => {
    if (away === undefined) return;
    timers.push(setTimeout(() => void store.goAway(), away.fromMs));
    timers.push(setTimeout(() => void store.comeBack(), away.fromMs + away.forMs));
  };
  const none = { accepted: 0, refused: 0, failed: 1, p50Ms: Number.NaN, p99Ms: Number.NaN, maxMs: Number.NaN };
  const report = await runLoad(order, onMeasuring, () => {}).catch(() => none);
  clearInterval(looking);
  for (const timer of timers) clearTimeout(timer);
  const { oomKills, majorFaults } = limit.events;
  const { accepted, refused, failed, p50Ms, p99Ms, maxMs } = report;
  return {
    accepted,
    refused,
    failed: failed + (agent.isRunning ? 0 : 1),
    oomKills,
    majorFaults: majorFaults - before.majorFaults,
    p50Ms,
    p99Ms,
    maxMs,
    anonMib,
    mappedMib,
  };
}

/** A copy that is not in the page cache: whoever brings a page of a file there is charged for it. */
async function uncached(program: string, directory: TempDir): Promise<string> {
  const copy = directory.file("warp-telemetry");
  await copyFile(program, copy);
  Bun.spawnSync(["sync", copy]);
  Bun.spawnSync(["dd", `if=${copy}`, "iflag=nocache", "count=0", "status=none"]);
  return copy;
}
