import type { JobWatch } from "../job-pipeline.ts";
import type { Process } from "./process.ts";
import type { ProcessTable } from "./process-table.ts";

/** Names of the two programs of actions/runner: the one that waits for jobs, and the one that it starts for each. */
const [LISTENER, WORKER] = ["Runner.Listener", "Runner.Worker"];
/** A tree of processes is no deeper; one that changes while it is read could go round. */
const DEPTH_MAX = 128;
/** Start times of processes have steps of 10 ms, and so has the clock that they are compared with. */
const START_SLACK_MS = 50;

/**
 * Tells which processes are a job's, and which step has started each.
 *
 * A job's processes are those below the runner's worker. What was once below it stays the job's, also when its parent
 * has ended. A step has started a process when that began after the step did, while no other step was running. A process
 * keeps its step, so what a step leaves behind is never taken for the next one's. What began while several steps ran has
 * none.
 */
export class JobProcesses {
  readonly #table: ProcessTable;
  readonly #jobs: JobWatch | undefined;
  #worker: Process | undefined;
  /** Those of which it is decided whether they are of the job of the present worker. */
  readonly #judged = new WeakSet<Process>();

  constructor(table: ProcessTable, jobs: JobWatch | undefined) {
    this.#table = table;
    this.#jobs = jobs;
  }

  /** The runner's worker, as of the last {@link mark}. */
  get workerPid(): number | undefined {
    return this.#worker?.pid;
  }

  /** After each scan; `timeMs` is its time, in Unix time. */
  mark(timeMs: number): void {
    const { processes } = this.#table;
    if (this.#worker === undefined || processes.get(this.#worker.pid) !== this.#worker) this.#find(processes);
    const worker = this.#worker;
    if (worker === undefined) return;
    const steps = this.#jobs?.current?.steps ?? [];
    const step = steps.length === 1 ? steps[0] : undefined;
    // In the time that start times have.
    const stepStartedMs = (step?.startedAtMs ?? 0) - timeMs + this.#table.upMs - START_SLACK_MS;
    for (const entry of processes.values()) {
      if (!this.#judged.has(entry)) this.#judge(entry, worker, steps.length > 1);
      if (entry.isOfJob && !entry.isOfSeveral && step !== undefined && entry.startedMs >= stepStartedMs)
        entry.step = step;
    }
  }

  /**
   * The oldest child of a listener that has the worker's name. Names are anybody's choice, but a program that calls itself
   * so gains nothing but numbers of its own cgroup.
   */
  #find(processes: ReadonlyMap<number, Process>): void {
    this.#worker = undefined;
    for (const entry of processes.values()) {
      if (entry.name !== WORKER || processes.get(entry.parentPid)?.name !== LISTENER) continue;
      if (this.#worker === undefined || entry.startedMs < this.#worker.startedMs) this.#worker = entry;
    }
    // Those of the worker before are nobody's, and those that are seen already may be the new one's.
    for (const entry of processes.values()) {
      entry.isOfJob = false;
      entry.isOfSeveral = false;
      entry.step = undefined;
      this.#judged.delete(entry);
    }
  }

  #judge(entry: Process, worker: Process, isOfSeveral: boolean): void {
    this.#judged.add(entry);
    entry.isOfSeveral = isOfSeveral;
    let above: Process | undefined = entry;
    for (let depth = 0; depth < DEPTH_MAX && above !== undefined; depth++) {
      above = this.#table.processes.get(above.parentPid);
      if (above === worker || above?.isOfJob === true) {
        entry.isOfJob = true;
        return;
      }
    }
  }
}
