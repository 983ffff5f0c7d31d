import { eventually } from "./eventually.ts";
import { Otelcol } from "./otelcol.ts";

/**
 * The OpenTelemetry Collector as an independent reader: its own OTLP/JSON decoder takes each line, its own encoder
 * writes what it understood into a file.
 */
export class OtelcolReader implements AsyncDisposable {
  readonly #otelcol: Otelcol;
  readonly #file: string;

  private constructor(otelcol: Otelcol, file: string) {
    this.#otelcol = otelcol;
    this.#file = file;
  }

  static async start(): Promise<OtelcolReader> {
    let path = "";
    const otelcol = await Otelcol.start((directory) => {
      path = directory.file("read.jsonl");
      return { file: { path, flush_interval: "50ms" } };
    });
    return new OtelcolReader(otelcol, path);
  }

  /** Where it takes OTLP over HTTP. */
  get origin(): string {
    return this.#otelcol.origin;
  }

  /** Gives it one stored line. Resolves to its answer's status and words. */
  async read(signal: "logs" | "metrics" | "traces", line: string): Promise<{ status: number; words: string }> {
    const answer = await this.#otelcol.post(`/v1/${signal}`, line);
    return { status: answer.status, words: await answer.text() };
  }

  /** What it understood, once it has written `lines` lines. */
  async understood(lines: number): Promise<unknown[]> {
    return await eventually(`${lines} lines of the collector`, async () => {
      const text = await Bun.file(this.#file).text();
      const read = text.split("\n").filter((line) => line !== "");
      return read.length >= lines && read.map((line): unknown => JSON.parse(line));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#otelcol[Symbol.asyncDispose]();
  }
}
