/** What is measured: each a server on the same core, started fresh, reached over HTTP, gone with its `await using`. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { built } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { TempDir } from "../support/temp-dir.ts";
import { TARGET_CORE } from "./load.ts";

const OBJECTS = "objects";

export class Target implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly #child: Child;
  readonly #directory: TempDir;
  readonly #objects: string;

  constructor(name: string, port: number, child: Child, directory: TempDir) {
    this.name = name;
    this.port = port;
    this.pid = child.pid;
    this.#child = child;
    this.#directory = directory;
    this.#objects = directory.file(OBJECTS);
  }

  get output(): string {
    return this.#child.output;
  }

  /** Removes the objects that are there, so that a long run does not fill the disk. */
  removeObjects(): void {
    if (!existsSync(this.#objects)) return;
    for (const name of readdirSync(this.#objects)) {
      if (!name.startsWith(".")) rmSync(join(this.#objects, name), { force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}

export interface AgentTargetOptions {
  /** Default: a folder beside the base directory. */
  readonly destination?: string;
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** After three seconds the executable gives back the pages that its start has needed; a load comes later than that. */
const START_MS = 3500;

/** The compiled executable with its defaults and without a collector. */
export async function agentTarget(name: string, options: AgentTargetOptions = {}): Promise<Target> {
  const directory = await TempDir.create("bench");
  const destination = options.destination ?? directory.file(OBJECTS);
  const port = await freePort();
  const place = ["--port", String(port), "--base-directory", directory.file("base"), "--destination", destination];
  const command = [...PINNED, built("executable"), ...place, "--no-collector", ...(options.flags ?? [])];
  const child = new Child(command, { environment: { PATH: process.env["PATH"] ?? "", ...options.environment } });
  const target = await listening(new Target(name, port, child, directory));
  await Bun.sleep(START_MS);
  return target;
}

/** A Collector with an otlp receiver and a file exporter: the least that keeps what it takes. */
export async function otelcolTarget(): Promise<Target> {
  const directory = await TempDir.create("bench");
  const port = await freePort();
  const pipeline = { receivers: ["otlp"], exporters: ["file"] };
  const configuration = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { file: { path: directory.file("out.jsonl") } },
    service: {
      telemetry: { metrics: { level: "none" }, logs: { level: "error" } },
      pipelines: { logs: pipeline, metrics: pipeline, traces: pipeline },
    },
  };
  // JSON is YAML.
  await Bun.write(directory.file("config.yaml"), JSON.stringify(configuration));
  const child = new Child([...PINNED, built("collector"), "--config", directory.file("config.yaml")]);
  return await listening(new Target("otelcol to a file", port, child, directory));
}

/** A `Bun.serve` that reads each body and drops it. */
export async function bareTarget(): Promise<Target> {
  const directory = await TempDir.create("bench");
  const child = new Child([...PINNED, process.execPath, join(import.meta.dir, "bare-server.ts")]);
  const [port] = await child.said(/\d+(?=\n)/);
  return await listening(new Target("bare Bun.serve", Number(port), child, directory));
}

/** `taskset` becomes the program that it starts. */
const PINNED = ["taskset", "-c", String(TARGET_CORE)] as const;

async function listening(target: Target): Promise<Target> {
  try {
    await eventually(`${target.name} to listen`, async () => {
      const socket = await Bun.connect({ hostname: "127.0.0.1", port: target.port, socket: { data: () => {} } });
      socket.end();
      return true;
    });
    return target;
  } catch (error) {
    const words = target.output;
    await target[Symbol.asyncDispose]();
    throw new Error(`Cannot start ${target.name}: ${words}`, { cause: error });
  }
}
