import { built } from "./built.ts";
import { Child } from "./child.ts";
import { freePort } from "./free-port.ts";
import { TempDir } from "./temp-dir.ts";

/** A real OpenTelemetry Collector that takes all signals by OTLP over HTTP and gives them to one exporter. */
export class Otelcol implements AsyncDisposable {
  readonly child: Child;
  readonly origin: string;
  readonly #directory: TempDir;

  private constructor(directory: TempDir, child: Child, origin: string) {
    this.#directory = directory;
    this.child = child;
    this.origin = origin;
  }

  /** `exporter` makes the exporter's name and settings; it may write into the folder it is given. */
  static async start(exporter: (directory: TempDir) => Readonly<Record<string, object>>): Promise<Otelcol> {
    const directory = await TempDir.create("otelcol");
    const endpoint = `127.0.0.1:${await freePort()}`;
    const exporters = exporter(directory);
    const pipeline = { receivers: ["otlp"], exporters: Object.keys(exporters) };
    const configuration = {
      receivers: { otlp: { protocols: { http: { endpoint } } } },
      exporters,
      service: {
        telemetry: { metrics: { level: "none" } },
        pipelines: { logs: pipeline, metrics: pipeline, traces: pipeline },
      },
    };
    // JSON is YAML.
    await Bun.write(directory.file("config.yaml"), JSON.stringify(configuration));
    const child = new Child([built("collector"), "--config", directory.file("config.yaml")]);
    const otelcol = new Otelcol(directory, child, `http://${endpoint}`);
    try {
      await child.said(/Everything is ready/);
    } catch (error) {
      await otelcol[Symbol.asyncDispose]();
      throw error;
    }
    return otelcol;
  }

  /** Gives it a request in JSON. */
  async post(path: string, body: string): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return await fetch(this.origin + path, { method: "POST", headers, body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}
