import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { Agent } from "../support/agent.ts";
import { built } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { FaultProxy } from "../support/fault-proxy.ts";
import { freePort } from "../support/free-port.ts";
import { S3Store } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

/** A running program that takes OTLP, ours or a peer. */
export interface Running extends AsyncDisposable {
  signal(signal: NodeJS.Signals): void;
  /** Waits for the end. */
  ended(timeoutMs: number): Promise<unknown>;
}

/** A program to compare, with somewhere to deliver to. The same runs are done to each. */
export interface Subject extends AsyncDisposable {
  readonly port: number;
  /** Starts it, or starts it again where it was, and waits until it listens. */
  start(): Promise<Running>;
  /** All that was delivered, as text with the marks of attempts in it. */
  delivered(): Promise<string>;
  /** What it delivers to goes away and comes back; undefined when it delivers to a file. */
  readonly outage?: { begin(): Promise<void>; end(): Promise<void> };
}

export async function warpTelemetry(): Promise<Subject> {
  const store = await S3Store.start(built("s3"));
  const base = await TempDir.create("chaos");
  const port = await freePort();
  const flags = [...store.flags, "--no-collector", "--push-frequency", "1s", "--drain-timeout", "5s"];
  const options = {
    executable: built("executable"),
    baseDirectory: base.path,
    port,
    flags,
    environment: store.environment,
  };
  return {
    port,
    start: () => Agent.start(options),
    delivered: async () =>
      [...(await store.objects()).values()].map((bytes) => new TextDecoder().decode(bytes)).join(""),
    outage: { begin: () => store.goAway(), end: () => store.comeBack() },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await base[Symbol.asyncDispose]();
    },
  };
}

/** otelcol with the file exporter; it has no queue, so there is none to put on disk. */
export async function collectorToFile(): Promise<Subject> {
  const directory = await TempDir.create("chaos");
  const port = await freePort();
  const file = directory.file("out.json");
  const config = configOf(port, { file: { path: file, append: true } }, undefined);
  return {
    port,
    start: () => startCollector(config, directory, port),
    delivered: () => Promise.resolve(readFileSync(file, "utf8")),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** otelcol with the otlp_http exporter and a queue, in memory or on disk, before a server that keeps what it takes. */
export async function collectorWithQueue(isOnDisk: boolean): Promise<Subject> {
  const directory = await TempDir.create("chaos");
  const port = await freePort();
  const taken: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      taken.push(await request.text());
      return Response.json({});
    },
  });
  const proxy = await FaultProxy.start(server.url.origin);
  const queue = { queue_size: 100_000, ...(isOnDisk ? { storage: "file_storage" } : {}) };
  const exporter = {
    endpoint: proxy.origin,
    encoding: "json",
    compression: "none",
    sending_queue: queue,
    retry_on_failure: { max_elapsed_time: "0s", initial_interval: "500ms", max_interval: "30s" },
  };
  await mkdir(directory.file("queue"));
  const config = configOf(port, { otlp_http: exporter }, isOnDisk ? directory.file("queue") : undefined);
  return {
    port,
    start: () => startCollector(config, directory, port),
    delivered: () => Promise.resolve(taken.join("\n")),
    outage: { begin: () => proxy.refuse(), end: () => proxy.accept() },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server.stop(true);
      await directory[Symbol.asyncDispose]();
    },
  };
}

function configOf(port: number, exporters: Readonly<Record<string, unknown>>, storage: string | undefined): string {
  const pipeline = { receivers: ["otlp"], exporters: Object.keys(exporters) };
  return JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters,
    ...(storage === undefined ? {} : { extensions: { file_storage: { directory: storage } } }),
    service: {
      ...(storage === undefined ? {} : { extensions: ["file_storage"] }),
      telemetry: { metrics: { level: "none" }, logs: { level: "error" } },
      pipelines: { logs: pipeline, metrics: pipeline, traces: pipeline },
    },
  });
}

async function startCollector(config: string, directory: TempDir, port: number): Promise<Running> {
  // YAML takes JSON as it is.
  const file = directory.file("config.yaml");
  await Bun.write(file, config);
  const child = new Child([built("collector"), "--config", file]);
  await eventually("the collector to listen", async () => {
    if (!child.isRunning) throw new Error(child.output);
    await fetch(`http://127.0.0.1:${port}/`);
    return true;
  });
  return child;
}
