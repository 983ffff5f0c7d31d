import { errorText } from "../lib/error-text.ts";
import { CgroupUse } from "./cgroup-use.ts";
import { textOf } from "./host-file.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import type { Mount } from "./mounts.ts";
import type { Notices } from "./notices.ts";
import { NO_CGROUP, NO_MEMORY, workerCgroup } from "./worker-cgroup.ts";

/** Limits may be set anew while a job runs; that is noticed within a minute. */
const FIND_EVERY_MS = 60_000;

/** What the cgroup uses in which the runner's worker runs, as long as there is a worker and its cgroup can be read. */
export class WorkerScope {
  readonly #root: string;
  readonly #batch: MetricsBatch;
  readonly #notices: Notices;
  #use: CgroupUse | undefined;
  /** Where the worker was at the last look, and what was found there. */
  #foundBy = "";
  #found = "";
  #findAtMs = 0;

  constructor(root: string, batch: MetricsBatch, notices: Notices) {
    this.#root = root;
    this.#batch = batch;
    this.#notices = notices;
  }

  /** True while the numbers of a cgroup are told. */
  get isKnown(): boolean {
    return this.#use !== undefined;
  }

  /** Looks where the worker is; undefined: there is none. Cheap where nothing has changed. Never throws. */
  look(workerPid: number | undefined, mounts: readonly Mount[], nowMs: number): void {
    const text = workerPid === undefined ? undefined : textOf(`${this.#root}/proc/${workerPid}/cgroup`);
    if (workerPid === undefined || text === undefined) return this.#leave();
    const foundBy = `${workerPid} ${text}`;
    if (foundBy === this.#foundBy && nowMs < this.#findAtMs) return;
    const found = workerCgroup(this.#root, text, mounts);
    const isAsBefore = foundBy === this.#foundBy && JSON.stringify(found) === this.#found;
    if (!isAsBefore) this.#leave();
    [this.#foundBy, this.#found, this.#findAtMs] = [foundBy, JSON.stringify(found), nowMs + FIND_EVERY_MS];
    if (isAsBefore) return;
    if (typeof found === "string") return this.#notices.say(NO_CGROUP[found]);
    if (found.memoryFolder === undefined) this.#notices.say(NO_MEMORY);
    this.#use = new CgroupUse(found, this.#batch);
  }

  /** A limit that is no smaller than what the machine has is none. Never throws: a cgroup goes with its job. */
  read(nowMs: number, timeMs: number, machineBytes: number, machineCores: number): void {
    try {
      this.#use?.read(nowMs, timeMs, machineBytes, machineCores);
    } catch (error) {
      this.#leave();
      this.#notices.say(
        "The cgroup of the runner's worker cannot be measured until it is found again",
        errorText(error),
      );
    }
  }

  close(): void {
    this.#leave();
  }

  #leave(): void {
    this.#use?.close();
    this.#use = undefined;
    this.#foundBy = "";
  }
}
