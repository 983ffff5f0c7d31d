import { appendFileSync, writeFileSync } from "node:fs";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { collectorOptions, Followed, recordsOf } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { valueAt } from "../support/json.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";
import type { Findings, Row } from "./tally.ts";

const ROUNDS = { short: 2, long: 10 };
/** Lines to each source in the last moments of a round, as fast as they can be written. */
const LAST_LINES = 100;
const WRITE_EVERY_MS = 10;
const READY_MS = 60_000;

/**
 * What the agent reads by itself: the system log, through the collector, and the runner's logs. Lines are written to both
 * from the agent's first answer on, in a log that is not empty, until the moment of the SIGTERM. Each stop must have
 * delivered every line, once.
 */
export const SOURCES: Scenario = {
  name: "sources",
  missing: needs("collector").missing ? "the collector is not built" : undefined,
  run: async (context) => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("chaos");
    await using syslog = await Followed.create("syslog");
    await using diag = await Followed.create("Runner_1.log");
    writeFileSync(syslog.path, "of before the first start\n".repeat(1000));
    const flags = ["--collector-syslog-path", syslog.path, "--collector-diag-glob", diag.path];
    const options = collectorOptions(store, base, flags);
    const sources = [
      { what: "the system log", stream: "logs", writer: new LineWriter(syslog.path, "") },
      {
        what: "the runner's log",
        stream: "gha-logs",
        writer: new LineWriter(diag.path, "[2026-11-27 00:00:00Z INFO X] "),
      },
    ] as const;
    const problems: string[] = [];
    let slowestMs = 0;
    for (let round = 0; round < (context.isShort ? ROUNDS.short : ROUNDS.long); round++) {
      await using agent = await Agent.start(options);
      for (const { writer } of sources) writer.start();
      const isReady = async (): Promise<boolean> => valueAt(await agent.stats(), "collector", "state") === "running";
      await eventually("the collector", isReady, { timeoutMs: READY_MS });
      await Bun.sleep(context.random.int(0, 2000));
      for (const { writer } of sources) writer.stop(LAST_LINES);
      const startMs = performance.now();
      const { code, log } = await agent.stop();
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
      if (code !== 0) problems.push(`sources: round ${round}: exit code ${code}\n${log}`);
      const objects = await store.objects();
      for (const { what, stream, writer } of sources) {
        const { missing, doubled } = compared(writer.lines, recordsOf(objects, stream));
        if (missing + doubled === 0) continue;
        problems.push(`sources: ${what}, round ${round}: ${missing} missing, ${doubled} doubled\n${log}`);
      }
    }
    return findings(context, { sources, objects: await store.objects(), slowestMs, problems });
  },
};

interface Result {
  readonly sources: readonly {
    readonly what: string;
    readonly stream: "logs" | "gha-logs";
    readonly writer: LineWriter;
  }[];
  readonly objects: ReadonlyMap<string, Uint8Array>;
  readonly slowestMs: number;
  readonly problems: readonly string[];
}

function findings({ isShort, say }: ScenarioContext, { sources, objects, slowestMs, problems }: Result): Findings {
  const rows = sources.map(({ what, stream, writer }): Row => {
    const counts = compared(writer.lines, recordsOf(objects, stream));
    say(`${what}: ${counts.stored} of ${writer.lines.length} lines delivered`);
    return {
      fault: `sources: lines until the SIGTERM, ${what} (time to the exit)`,
      times: isShort ? ROUNDS.short : ROUNDS.long,
      acknowledged: writer.lines.length,
      ...counts,
      recoveryMs: slowestMs,
    };
  });
  return { rows, problems };
}

/** How often the lines of a writer are among the records of its stream. */
function compared(lines: readonly string[], records: readonly string[]): Pick<Row, "stored" | "missing" | "doubled"> {
  const counts = new Map<string, number>();
  for (const record of records) counts.set(record, (counts.get(record) ?? 0) + 1);
  const times = lines.map((line) => counts.get(line) ?? 0);
  return {
    stored: times.filter((count) => count > 0).length,
    missing: times.filter((count) => count === 0).length,
    doubled: times.filter((count) => count > 1).length,
  };
}

/** Appends lines of its own to a file. */
class LineWriter {
  readonly lines: string[] = [];
  readonly #path: string;
  readonly #head: string;
  #timer: Timer | undefined;

  constructor(path: string, head: string) {
    this.#path = path;
    this.#head = head;
  }

  start(): void {
    this.#write();
    this.#timer = setInterval(() => this.#write(), WRITE_EVERY_MS);
  }

  /** The last ones, at once. */
  stop(count: number): void {
    clearInterval(this.#timer);
    for (let n = 0; n < count; n++) this.#write();
  }

  #write(): void {
    const line = `${this.#head}written-${this.lines.length}-`;
    appendFileSync(this.#path, `${line}\n`);
    this.lines.push(line);
  }
}
