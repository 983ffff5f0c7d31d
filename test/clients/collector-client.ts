import { built } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { TempDir } from "../support/temp-dir.ts";
import { requests } from "./sent.ts";

export interface CollectorClientOptions {
  /** `http://127.0.0.1:PORT` of the agent. */
  readonly origin: string;
  readonly encoding: "json" | "proto";
  readonly compression: "none" | "gzip" | "zstd";
}

/** The OpenTelemetry Collector as a sender: it takes data by OTLP and passes it on with its own exporter. */
export class CollectorClient implements AsyncDisposable {
  readonly #directory: TempDir;
  readonly #child: Child;
  readonly #port: number;

  private constructor(directory: TempDir, child: Child, port: number) {
    this.#directory = directory;
    this.#child = child;
    this.#port = port;
  }

  static async start({ origin, encoding, compression }: CollectorClientOptions): Promise<CollectorClient> {
    const directory = await TempDir.create("client");
    const port = await freePort();
    const pipeline = { receivers: ["otlp"], exporters: ["otlphttp"] };
    const configuration = {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      exporters: {
        otlphttp: { endpoint: origin, encoding, compression, retry_on_failure: { initial_interval: "100ms" } },
      },
      service: {
        telemetry: { metrics: { level: "none" } },
        pipelines: { logs: pipeline, metrics: pipeline, traces: pipeline },
      },
    };
    // JSON is YAML.
    await Bun.write(directory.file("config.yaml"), JSON.stringify(configuration));
    const child = new Child([built("collector"), "--config", directory.file("config.yaml")]);
    const client = new CollectorClient(directory, child, port);
    try {
      await child.said(/Everything is ready/);
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
    return client;
  }

  /** Gives it all that every client sends. */
  async send(): Promise<void> {
    for (const [path, body] of requests()) {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`http://127.0.0.1:${this.#port}${path}`, { method: "POST", headers, body });
      if (!answer.ok) throw new Error(`Cannot give the collector its data: ${answer.status} ${await answer.text()}`);
    }
  }

  /** Stops it, which empties its queues, and returns what it has said. */
  async stop(): Promise<string> {
    this.#child.signal("SIGTERM");
    await this.#child.ended(20_000);
    return this.#child.output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}
