import { Otelcol } from "../support/otelcol.ts";
import { requests } from "./sent.ts";

export interface CollectorClientOptions {
  /** `http://127.0.0.1:PORT` of the agent. */
  readonly origin: string;
  readonly encoding: "json" | "proto";
  readonly compression: "none" | "gzip" | "zstd";
}

/** The OpenTelemetry Collector as a sender: it takes data by OTLP and passes it on with its own exporter. */
export class CollectorClient implements AsyncDisposable {
  readonly #otelcol: Otelcol;

  private constructor(otelcol: Otelcol) {
    this.#otelcol = otelcol;
  }

  static async start({ origin, ...options }: CollectorClientOptions): Promise<CollectorClient> {
    const settings = { endpoint: origin, ...options, retry_on_failure: { initial_interval: "100ms" } };
    return new CollectorClient(await Otelcol.start(() => ({ otlp_http: settings })));
  }

  /** Gives it all that every client sends. */
  async send(): Promise<void> {
    for (const [path, body] of requests()) {
      const answer = await this.#otelcol.post(path, body);
      if (!answer.ok) throw new Error(`Cannot give the collector its data: ${answer.status} ${await answer.text()}`);
    }
  }

  /** Stops it, which empties its queues, and returns what it has said. */
  async stop(): Promise<string> {
    const { child } = this.#otelcol;
    child.signal("SIGTERM");
    await child.ended(20_000);
    return child.output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#otelcol[Symbol.asyncDispose]();
  }
}
