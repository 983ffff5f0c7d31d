import { appendFile } from "node:fs/promises";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { collectorOptions, Followed, recordsOf } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { isAlive } from "../support/is-alive.ts";
import { numberAt } from "../support/json.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";
import type { Findings, Row } from "./tally.ts";

/** An orphaned collector is told by the kernel at once; this is for a machine under load. */
const ORPHAN_MS = 3000;
const APPEND_EVERY_MS = 25;
const ALL_ARRIVE_MS = 60_000;
const RESTART_MS = 90_000;
/** The outage that a collector in front of us must sit out. */
const LONG_OUTAGE_MS = 60_000;
/** For the collector to open its storage and its files. */
const SETTLE_MS = 1500;

const ROUNDS = { short: 1, long: 4 };

type Fault = "collector killed -9" | "agent killed -9" | "store away" | "SIGTERM";
const FAULTS: readonly Fault[] = ["collector killed -9", "agent killed -9", "store away", "SIGTERM"];

/**
 * The real collector follows a log that never stops growing, while it, the agent and the store come and go. No line may
 * be missing. Lines that stand there twice are its own repeats of what was cut off between commit and answer (it cannot
 * know): they are counted apart, and there may be none without a kill.
 */
export const COLLECTOR_KILLS: Scenario = {
  name: "collector",
  missing: needs("collector").missing ? "the collector is not built" : undefined,
  run: async (context) => {
    const all: Findings[] = [];
    const faults = context.isShort ? FAULTS.filter((fault) => fault.includes("-9")) : FAULTS;
    for (const fault of faults) all.push(await follow(fault, context));
    return { rows: all.flatMap(({ rows }) => rows), problems: all.flatMap(({ problems }) => problems) };
  },
};

async function follow(fault: Fault, { random, isShort, say }: ScenarioContext): Promise<Findings> {
  await using store = await FolderStore.start();
  await using base = await TempDir.create("chaos");
  await using log = await Followed.create("syslog");
  const flags = ["--collector-syslog-path", log.path, "--drain-timeout", "5s", "--buffer-bytes", "1MiB"];
  const options = collectorOptions(store, base, flags);
  let agent = await Agent.start(options);
  const problems: string[] = [];
  const rounds = isShort ? ROUNDS.short : ROUNDS.long;
  try {
    await log.untilFollowed(async () => recordsOf(await store.objects(), "logs"));
    const writer = new Writer(log.path);
    for (let round = 0; round < rounds; round++) {
      await Bun.sleep(SETTLE_MS + random.int(0, 1500));
      agent = await suffer(fault, agent, () => Agent.start(options), store, isShort);
    }
    await Bun.sleep(SETTLE_MS);
    const written = await writer.stop();
    const startMs = performance.now();
    await eventually(
      "the last line",
      async () => recordsOf(await store.objects(), "logs").includes(written.at(-1) ?? ""),
      {
        timeoutMs: ALL_ARRIVE_MS,
        everyMs: 250,
      },
    );
    const recoveryMs = performance.now() - startMs;
    const end = await agent.stop();
    if (end.code !== 0) problems.push(`collector: ${fault}: the agent ended with ${end.code}\n${end.log}`);

    const stored = recordsOf(await store.objects(), "logs").filter((text) => text.startsWith("written-"));
    const row = { fault: `otelcol as sender: ${fault}`, times: rounds, recoveryMs, ...compared(written, stored) };
    const isKill = fault.includes("-9");
    if (row.missing > 0) problems.push(`${row.fault}: ${row.missing} lines are missing`);
    if (row.repeated > 0 && !isKill) problems.push(`${row.fault}: ${row.repeated} lines are doubled without a kill`);
    say(`${row.fault}: ${written.length} lines, ${row.repeated} sent again by the collector`);
    const { repeated: _, ...shown } = row;
    const name = row.repeated > 0 ? `${row.fault} (${row.repeated} sent again by it)` : row.fault;
    return { rows: [{ ...shown, fault: name }], problems };
  } finally {
    await agent[Symbol.asyncDispose]();
  }
}

/** Does it once; returns the agent that runs afterwards. */
async function suffer(
  fault: Fault,
  agent: Agent,
  restart: () => Promise<Agent>,
  store: FolderStore,
  isShort: boolean,
): Promise<Agent> {
  // After the fifth kill in two minutes the supervisor calls it a crash loop and waits a minute.
  const ask = async (): Promise<number> => numberAt(await agent.stats(), "collector", "pid");
  const pid = await eventually("a running collector", ask, { timeoutMs: RESTART_MS });
  switch (fault) {
    case "collector killed -9":
      process.kill(pid, "SIGKILL");
      return agent;
    case "agent killed -9":
      await agent.kill();
      await eventually("the collector's end", () => !isAlive(pid), { timeoutMs: ORPHAN_MS });
      return await restart();
    case "store away":
      await store.goAway();
      await Bun.sleep(isShort ? 3000 : LONG_OUTAGE_MS);
      await store.comeBack();
      return agent;
    case "SIGTERM":
      await agent.stop();
      return await restart();
  }
}

function compared(
  written: readonly string[],
  stored: readonly string[],
): Pick<Row, "acknowledged" | "stored" | "missing" | "doubled"> & { readonly repeated: number } {
  const there = new Set(stored);
  return {
    acknowledged: written.length,
    stored: stored.length,
    missing: written.filter((line) => !there.has(line)).length,
    doubled: 0,
    repeated: stored.length - there.size,
  };
}

/** Appends a line of its own to a file, again and again. */
class Writer {
  readonly #lines: string[] = [];
  #isStopped = false;
  readonly #running: Promise<void>;

  constructor(path: string) {
    this.#running = this.#write(path);
  }

  /** All that was written. */
  async stop(): Promise<readonly string[]> {
    this.#isStopped = true;
    await this.#running;
    return this.#lines;
  }

  async #write(path: string): Promise<void> {
    while (!this.#isStopped) {
      const line = `written-${this.#lines.length}`;
      await appendFile(path, `${line}\n`);
      this.#lines.push(line);
      await Bun.sleep(APPEND_EVERY_MS);
    }
  }
}
