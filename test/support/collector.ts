import { writeFileSync } from "node:fs";
import { appendFile, chmod, writeFile } from "node:fs/promises";
import { Agent, type AgentOptions } from "./agent.ts";
import { built } from "./built.ts";
import { eventually } from "./eventually.ts";
import { arrayAt, valueAt } from "./json.ts";
import { linesOf } from "./lines.ts";
import { agentOptions } from "./start-agent.ts";
import type { Store } from "./stores.ts";
import { TempDir } from "./temp-dir.ts";

const PROBE = "probe-";

/** The agent with the collector as built; nothing of this machine's own logs is read unless `flags` say so. */
export function collectorOptions(store: Store, base: TempDir, flags: readonly string[]): AgentOptions {
  const program = ["--push-frequency", "1s", "--collector-path", built("collector")];
  // Empty, but there: a configured log that is absent is a complaint of the agent's.
  writeFileSync(base.file("no-diag"), "");
  const logs = ["--collector-syslog-path", base.file("no-syslog"), "--collector-diag-glob", base.file("no-diag")];
  return agentOptions(store, base, [...program, ...logs, ...flags]);
}

/** A user's file with an exporter of that id which nobody listens to: the collector names it whenever it has metrics. */
export function unheardExporter(id: string): string {
  return `
exporters: { ${id}: { endpoint: http://127.0.0.1:1, retry_on_failure: { enabled: false } } }
service: { pipelines: { metrics: { exporters: [${id}] } } }
`;
}

/** An agent whose collector is ready. */
export async function startWithCollector(options: AgentOptions): Promise<Agent> {
  const agent = await Agent.start(options);
  try {
    const state = async (): Promise<unknown> => valueAt(await agent.stats(), "collector", "state");
    await eventually("the collector", async () => (await state()) === "running", { timeoutMs: 40_000 });
  } catch (error) {
    await agent[Symbol.asyncDispose]();
    throw error;
  }
  return agent;
}

/** The texts of all log records of a stream's objects that were sent, in the order they are stored. */
export function recordsOf(objects: ReadonlyMap<string, Uint8Array>, stream: "logs" | "gha-logs"): string[] {
  return linesOf(objects, stream)
    .map((line): unknown => JSON.parse(line))
    .flatMap((line) => arrayAt(line, "resourceLogs"))
    .flatMap((resource) => arrayAt(resource, "scopeLogs"))
    .flatMap((scope) => arrayAt(scope, "logRecords"))
    .map((record) => String(valueAt(record, "body", "stringValue")));
}

/** A log file that the collector follows and the test appends to. */
export class Followed implements AsyncDisposable {
  readonly path: string;
  readonly #directory: TempDir;

  private constructor(directory: TempDir, path: string) {
    this.#directory = directory;
    this.path = path;
  }

  static async create(name: string): Promise<Followed> {
    const directory = await TempDir.create("log");
    // As /var/log: a collector of an agent that is root has a user of its own.
    await chmod(directory.path, 0o755);
    await writeFile(directory.file(name), "");
    return new Followed(directory, directory.file(name));
  }

  /** Appends `count` lines of their own and returns them. */
  async append(label: string, count: number): Promise<string[]> {
    const lines = Array.from({ length: count }, (_, n) => `${label}-${n} of the test`);
    await appendFile(this.path, lines.map((line) => `${line}\n`).join(""));
    return lines;
  }

  /**
   * A log is followed from its end, as it is when the collector first looks: what is written before that is rightly
   * skipped. So this writes probe lines until one is among the records that `stored` finds.
   */
  async untilFollowed(stored: () => Promise<readonly string[]>): Promise<void> {
    let probes = 0;
    await eventually(
      "a probe line in an object",
      async () => {
        await this.append(`${PROBE}${probes++}`, 1);
        return (await stored()).some((line) => line.startsWith(PROBE));
      },
      { timeoutMs: 40_000, everyMs: 500 },
    );
  }

  /** Without probe lines: how many of those arrive nobody can say, but none may be doubled. */
  withoutProbes(records: readonly string[]): string[] {
    const probes = records.filter((record) => record.startsWith(PROBE));
    if (new Set(probes).size < probes.length)
      throw new Error(`Cannot accept doubled probe lines: ${probes.join(", ")}`);
    return records.filter((record) => !record.startsWith(PROBE));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#directory[Symbol.asyncDispose]();
  }
}
