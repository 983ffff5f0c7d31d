/** What is measured: each a server on the same core, started fresh, reached over HTTP, gone with its `await using`. */
import { join } from "node:path";
import { built } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { TempDir } from "../support/temp-dir.ts";
import { TARGET_CORE } from "./load.ts";
import { rotel } from "./rotel.ts";

export class Target implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly #child: Child;
  readonly #directory: TempDir;

  constructor(name: string, port: number, child: Child, directory: TempDir) {
    this.name = name;
    this.port = port;
    this.pid = child.pid;
    this.#child = child;
    this.#directory = directory;
  }

  get output(): string {
    return this.#child.output;
  }

  /** Ends the process. What it has written stays until the target is disposed of. */
  async stop(): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#directory[Symbol.asyncDispose]();
  }
}

export type StartTarget = () => Promise<Target>;

/** What follows the name of one that writes to memory that was never used before. */
export const COLD_SUFFIX = ", cold page cache";

export const TARGET_NAMES = {
  bare: "bare Bun.serve",
  discard: "warp-telemetry, discard:",
  folder: "warp-telemetry to a folder",
  otelcol: "otelcol to a file",
  rotel: "rotel to nothing",
} as const;

export interface AgentTargetOptions {
  /** Default: the one that is built. */
  readonly executable?: string;
  /** Default: a folder beside the base directory. */
  readonly destination?: string;
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The compiled executable with its defaults and without a collector. */
export async function agentTarget(name: string, options: AgentTargetOptions = {}): Promise<Target> {
  const directory = await TempDir.create("bench");
  const destination = options.destination ?? directory.file("objects");
  const port = await freePort();
  const place = ["--port", String(port), "--base-directory", directory.file("base"), "--destination", destination];
  const executable = options.executable ?? built("executable");
  const command = [...PINNED, executable, ...place, "--no-collector", ...(options.flags ?? [])];
  const child = new Child(command, { environment: { PATH: process.env["PATH"] ?? "", ...options.environment } });
  return await listening(new Target(name, port, child, directory));
}

/** A Collector with an otlp receiver and a file exporter: the least that keeps what it takes. */
export async function otelcolTarget(name: string = TARGET_NAMES.otelcol): Promise<Target> {
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
  return await listening(new Target(name, port, child, directory));
}

/** Rotel with an OTLP receiver and an exporter that drops all. Needs {@link installRotel}. */
export async function rotelTarget(): Promise<Target> {
  const directory = await TempDir.create("bench");
  const port = await freePort();
  const files = ["--pid-file", directory.file("pid"), "--log-file", directory.file("log")];
  const receiver = [
    "--otlp-http-endpoint",
    `127.0.0.1:${port}`,
    "--otlp-grpc-endpoint",
    `127.0.0.1:${await freePort()}`,
  ];
  const command = [...PINNED, rotel(), "start", ...files, ...receiver, "--exporter", "blackhole"];
  return await listening(new Target(TARGET_NAMES.rotel, port, new Child(command), directory));
}

/** A `Bun.serve` that reads each body and drops it. */
export async function bareTarget(): Promise<Target> {
  const directory = await TempDir.create("bench");
  const child = new Child([...PINNED, process.execPath, join(import.meta.dir, "bare-server.ts")]);
  const [port] = await child.said(/\d+(?=\n)/);
  return await listening(new Target(TARGET_NAMES.bare, Number(port), child, directory));
}

/** In front of what is measured; `taskset` becomes the program that it starts. */
export const PINNED = ["taskset", "-c", String(TARGET_CORE)] as const;

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
