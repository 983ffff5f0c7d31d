import { availableParallelism } from "node:os";
import { TempDir } from "../support/temp-dir.ts";

/** Functions of the file that is compiled: gcc takes a twentieth of a second for them. */
const FUNCTIONS = 3;

/** One unit of the job's work, in monotonic ms. */
export interface Unit {
  readonly startMs: number;
  readonly endMs: number;
  /** CPU time of the compiler and its children. */
  readonly cpuMs: number;
}

/** What a unit took on the average. */
export interface MeanUnit {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/**
 * A job that keeps all cores busy with what jobs do: each of them compiles a file of C, one time after the other, into
 * an object file of its own. `await using` ends it.
 */
export class BusyJob implements AsyncDisposable {
  /** Those that have ended, in the order of their ends. */
  readonly units: Unit[] = [];
  readonly #directory: TempDir;
  readonly #lanes: Promise<void>[] = [];
  #isOver = false;

  private constructor(directory: TempDir) {
    this.#directory = directory;
  }

  static async start(): Promise<BusyJob> {
    const directory = await TempDir.create("job");
    await Bun.write(directory.file("job.c"), source());
    const job = new BusyJob(directory);
    for (let lane = 0; lane < availableParallelism(); lane++) job.#lanes.push(job.#work(lane));
    return job;
  }

  /** Of the units that lie within the two moments; NaN without any. */
  mean(fromMs: number, toMs: number): MeanUnit {
    const within = this.units.filter(({ startMs, endMs }) => startMs >= fromMs && endMs <= toMs);
    const meanOf = (figure: (unit: Unit) => number): number =>
      within.reduce((sum, unit) => sum + figure(unit), 0) / within.length;
    return { wallMs: meanOf(({ startMs, endMs }) => endMs - startMs), cpuMs: meanOf(({ cpuMs }) => cpuMs) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lanes);
    await this.#directory[Symbol.asyncDispose]();
  }

  async #work(lane: number): Promise<void> {
    const command = ["gcc", "-O2", "-c", "job.c", "-o", `job-${lane}.o`];
    while (!this.#isOver) {
      const startMs = performance.now();
      const child = Bun.spawn(command, { cwd: this.#directory.path, stdio: ["ignore", "ignore", "inherit"] });
      if ((await child.exited) !== 0) throw new Error("Cannot do the job: gcc failed");
      const cpuMs = Number(child.resourceUsage()?.cpuTime.total ?? Number.NaN) / 1000;
      this.units.push({ startMs, endMs: performance.now(), cpuMs });
    }
  }
}

function source(): string {
  return Array.from({ length: FUNCTIONS }, (_, n) => functionOf(n)).join("\n");
}

/** Loops and branches, for the optimiser to have something to do. */
function functionOf(n: number): string {
  return `
int f${n}(const int *a, int n) {
  int s = ${n};
  for (int i = 0; i < n; i++) {
    switch (a[i] & 7) {
      case 0: s += a[i] * ${n + 3}; break;
      case 1: s ^= a[i] >> ${n % 13}; break;
      case 2: for (int j = i; j < n; j += ${n + 1}) s += a[j]; break;
      case 3: s -= f${Math.max(0, n - 1)}(a, n / 2); break;
      default: s = s * 31 + a[i];
    }
  }
  return s;
}`;
}
