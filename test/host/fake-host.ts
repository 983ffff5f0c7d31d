import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { MetricsBatch } from "../../src/host/metrics-batch.ts";
import { arrayAt, numberAt, valueAt } from "../support/json.ts";
import { TempDir } from "../support/temp-dir.ts";
import { RESOURCE } from "./resource.ts";

/** A folder that stands for a machine: its `/proc` and `/sys` are what a test writes into it. */
export class FakeHost implements Disposable {
  readonly #folder = new TempDir("host");

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** What comes before `/proc` and `/sys`. */
  get root(): string {
    return this.#folder.path;
  }

  /** Writes the file in place, as the kernel changes what a file that is open says. */
  write(path: string, text: string): void {
    mkdirSync(dirname(this.#folder.file(path)), { recursive: true });
    writeFileSync(this.#folder.file(path), text);
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(this.#folder.file(path)), { recursive: true });
    symlinkSync(target, this.#folder.file(path));
  }

  remove(path: string): void {
    rmSync(this.#folder.file(path), { recursive: true });
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

/** An empty batch, of a resource that needs escaping. */
export function newBatch(): MetricsBatch {
  return new MetricsBatch(RESOURCE);
}

/** What is in the batch, by `name` or `name{attribute=value,…}`: the last value of each. Empties it. */
export function numbersIn(batch: MetricsBatch): Record<string, number> {
  if (batch.size === 0) return {};
  const request: unknown = JSON.parse(new TextDecoder().decode(batch.take()));
  const numbers: Record<string, number> = {};
  for (const metric of arrayAt(request, "resourceMetrics", 0, "scopeMetrics", 0, "metrics")) {
    for (const point of pointsOf(metric)) {
      numbers[`${String(valueAt(metric, "name"))}${attributesOf(point)}`] = numberAt(point, "asDouble");
    }
  }
  return numbers;
}

/** The data points of a metric of either kind. */
export function pointsOf(metric: unknown): readonly unknown[] {
  return arrayAt(metric, valueAt(metric, "sum") === undefined ? "gauge" : "sum", "dataPoints");
}

function attributesOf(point: unknown): string {
  if (valueAt(point, "attributes") === undefined) return "";
  const pairs = arrayAt(point, "attributes").map(
    (attribute) => `${String(valueAt(attribute, "key"))}=${String(valueAt(attribute, "value", "stringValue"))}`,
  );
  return `{${pairs.join(",")}}`;
}

/** `/proc/stat` of cores whose ticks are user, nice, system, idle, iowait, irq, softirq, steal. */
export function procStat(...cores: readonly (readonly number[])[]): string {
  const sum = Array.from({ length: 8 }, (_, state) => cores.reduce((total, core) => total + (core[state] ?? 0), 0));
  const lines = cores.map((ticks, core) => `cpu${core} ${ticks.join(" ")} 0 0`);
  return [`cpu  ${sum.join(" ")} 0 0`, ...lines, "intr 123 4 5", "ctxt 99", ""].join("\n");
}

/** A file of pressure: what waited so far, in µs. */
export function pressure(someUs: number, fullUs: number): string {
  const averages = "avg10=2.01 avg60=8.79 avg300=14.14";
  return `some ${averages} total=${someUs}\nfull ${averages} total=${fullUs}\n`;
}

/** What a machine has on which nothing waits and no process runs. */
export const CALM = {
  "proc/uptime": "1000.00 900.00\n",
  "proc/pressure/cpu": pressure(0, 0),
  "proc/pressure/memory": pressure(0, 0),
  "proc/pressure/io": pressure(0, 0),
  "proc/vmstat": "nr_free_pages 12\noom_kill 0\n",
};

/** `/proc/meminfo`, in KiB. */
export function memInfo(total: number, available: number): string {
  return `MemTotal:       ${total} kB\nMemFree:        17 kB\nMemAvailable:   ${available} kB\nBuffers:  3 kB\n`;
}
