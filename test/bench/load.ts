import { join } from "node:path";

/** What a load generator is told. */
export interface Order {
  readonly port: number;
  /** The file with the HTTP requests (`request-file.ts`). */
  readonly requestFile: string;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Undefined: as fast as the answers come. */
  readonly requestsPerSecond?: number;
  /** How long a connection rests after a 503. */
  readonly refusedPauseMs: number;
  /** A file of one double, which the generator maps: what was accepted from its start on. */
  readonly countFile?: string;
}

/** What it saw while it measured. */
export interface Report {
  readonly seconds: number;
  /** Of one core, by the generator itself: near 100 it is the generator that was measured. */
  readonly cpuPercent: number;
  readonly accepted: number;
  /** 503. */
  readonly refused: number;
  /** Any other answer, and connections that were closed. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** The core of what is measured, and the core of everything else, so that neither disturbs the other. */
export const TARGET_CORE = 0;
export const LOAD_CORE = 1;

export function generatorCommand(order: Order): string[] {
  const script = join(import.meta.dir, "generator.ts");
  return ["taskset", "-c", String(LOAD_CORE), process.execPath, script, JSON.stringify(order)];
}

/** Runs the generator on its core; `onMeasuring` is called when its warm-up is over, `onMeasured` when its report is in. */
export async function runLoad(order: Order, onMeasuring: () => void, onMeasured: () => void): Promise<Report> {
  const generator = Bun.spawn(generatorCommand(order), { stdout: "pipe", stderr: "inherit" });
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of generator.stdout) {
    const isFirst = output === "";
    output += decoder.decode(chunk, { stream: true });
    if (isFirst) onMeasuring();
    if (output.trimEnd().includes("\n") && output.endsWith("}\n")) onMeasured();
  }
  await generator.exited;
  const report: Report = JSON.parse(output.split("\n")[1] ?? "");
  return report;
}

/** Latencies in buckets 2 % wide, from 1 µs to about a minute: a fixed cost of memory and time, whatever the rate. */
export class Latencies {
  static readonly #PER_E = 50;
  readonly #buckets = new Uint32Array(18 * Latencies.#PER_E);
  #count = 0;

  add(ns: number): void {
    const bucket = Math.max(0, Math.round(Math.log(ns / 1000) * Latencies.#PER_E));
    const last = this.#buckets.length - 1;
    this.#buckets[Math.min(bucket, last)] = (this.#buckets[Math.min(bucket, last)] ?? 0) + 1;
    this.#count++;
  }

  /** The latency that `share` of all do not exceed. */
  quantileMs(share: number): number {
    let left = share * this.#count;
    for (const [bucket, count] of this.#buckets.entries()) {
      left -= count;
      if (left <= 0 && count > 0) return Math.exp(bucket / Latencies.#PER_E) / 1000;
    }
    return 0;
  }
}
