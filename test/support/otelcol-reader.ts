import { built } from "./built.ts";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { TempDir } from "./temp-dir.ts";

/**
 * The OpenTelemetry Collector as an independent reader: its own OTLP/JSON decoder takes each line, its own encoder
 * writes what it understood into a file.
 */
export class OtelcolReader implements AsyncDisposable {
  readonly #directory: TempDir;
  readonly #child: Child;
  readonly #origin: string;

  private constructor(directory: TempDir, child: Child, origin: string) {
    this.#directory = directory;
    this.#child = child;
    this.#origin = origin;
  }

  static async start(): Promise<OtelcolReader> {
    const directory = await TempDir.create("reader");
    const port = await freePort();
    const pipeline = { receivers: ["otlp"], exporters: ["file"] };
    // JSON is YAML.
    const configuration = {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      exporters: { file: { path: directory.file("read.jsonl"), flush_interval: "50ms" } },
      service: {
        telemetry: { metrics: { level: "none" } },
        pipelines: { logs: pipeline, metrics: pipeline, traces: pipeline },
      },
    };
    await Bun.write(directory.file("config.yaml"), JSON.stringify(configuration));
    const child = new Child([built("collector"), "--config", directory.file("config.yaml")]);
    const reader = new OtelcolReader(directory, child, `http://127.0.0.1:${port}`);
    try {
      await child.said(/Everything is ready/);
    } catch (error) {
      await reader[Symbol.asyncDispose]();
      throw error;
    }
    return reader;
  }

  /** Gives it one stored line. Resolves to its answer's status and words. */
  async read(signal: "logs" | "metrics" | "traces", line: string): Promise<{ status: number; words: string }> {
    const answer = await fetch(`${this.#origin}/v1/${signal}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: line,
    });
    return { status: answer.status, words: await answer.text() };
  }

  /** What it understood, once it has written `lines` lines. */
  async understood(lines: number): Promise<unknown[]> {
    return await eventually(`${lines} lines of the collector`, async () => {
      const text = await Bun.file(this.#directory.file("read.jsonl")).text();
      const read = text.split("\n").filter((line) => line !== "");
      return read.length >= lines && read.map((line): unknown => JSON.parse(line));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}
