import { PROCESS_EVENT } from "../host/process-records.ts";
import type { Attributes } from "../job-pipeline.ts";
import type { JsonObject } from "../lib/json-object.ts";
import type { LiveProcesses } from "../live/live-data.ts";
import { msOf } from "../live/told-values.ts";
import { attributesOf } from "./otlp-items.ts";

/** Half an hour of samples; of a longer job every second, fourth, … one is left. */
export const SAMPLES_MAX = 360;

/** The processes of a job that used most, at so many moments as a report has room for. */
export class KeptProcesses {
  #samples: LiveProcesses[] = [];

  add(sample: LiveProcesses): void {
    this.#samples.push(sample);
    if (this.#samples.length >= 2 * SAMPLES_MAX) this.#samples = this.#halved();
  }

  /** In the order of their times. */
  take(): readonly LiveProcesses[] {
    return this.#samples.length > SAMPLES_MAX ? this.#halved() : this.#sorted();
  }

  /** Of two neighbours the one in which more CPU was used. */
  #halved(): LiveProcesses[] {
    const sorted = this.#sorted();
    return sorted.flatMap((one, at) => {
      const next = sorted[at + 1];
      if (at % 2 === 1) return [];
      return [next !== undefined && coresOf(next) > coresOf(one) ? next : one];
    });
  }

  #sorted(): LiveProcesses[] {
    return this.#samples.toSorted((a, b) => a.atMs - b.atMs);
  }
}

/** The sample that a line of our own process records tells; undefined for none. */
export function processesOf(records: readonly JsonObject[]): LiveProcesses | undefined {
  const top = records.filter(({ eventName }) => eventName === PROCESS_EVENT);
  const atMs = msOf(top[0]?.["timeUnixNano"]);
  if (atMs === undefined) return undefined;
  return { atMs, list: top.map((record) => processOf(attributesOf(record["attributes"]))) };
}

function processOf(attributes: Attributes): LiveProcesses["list"][number] {
  const stepId = attributes["cicd.pipeline.task.run.id"];
  return {
    pid: Number(attributes["process.pid"] ?? 0),
    name: attributes["process.executable.name"] ?? "",
    cpuCores: Number(attributes["process.cpu.usage"] ?? 0),
    memoryBytes: Number(attributes["process.memory.usage"] ?? 0),
    ...(stepId !== undefined && { stepId }),
  };
}

function coresOf({ list }: LiveProcesses): number {
  return list.reduce((sum, { cpuCores }) => sum + cpuCores, 0);
}
