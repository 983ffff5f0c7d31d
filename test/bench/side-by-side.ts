import { Child } from "../support/child.ts";
import { cpuSecondsOf } from "../support/process-use.ts";
import { TempDir } from "../support/temp-dir.ts";
import { type Interval, middleWithInterval } from "./interval.ts";
import { generatorCommand } from "./load.ts";
import { type Load, REFUSED_PAUSE_MS } from "./measure.ts";
import type { StartTarget, Target } from "./targets.ts";

export const CONNECTIONS = 8;
/** Of work, until the code is compiled for good: before that whoever has more code is up to a quarter dearer. */
const WARM_UP_MS = 8000;
/** Short beside what else goes on: what a virtual machine gets changes by a tenth within seconds. */
const SLICE_MS = 200;
export const SLICES_A_ROUND = 20;
/** For what was sent before the generator was stopped to be answered. */
const FINISH_MS = 5;
/** Longer than any comparison. */
const WITHOUT_END_MS = 24 * 3600 * 1000;

/** What a request costs a server, in µs of CPU, and the ratio to the last of those compared, with its 95 % interval. */
export interface Compared {
  readonly us: number;
  readonly ratioOfLast: Interval;
}

/**
 * Sends the same load to several servers, as fast as each answers, in slices of a fifth of a second in turn: the others are
 * stopped (SIGSTOP) while one has the core, so all meet the same machine. All are started anew `rounds` times, because a
 * process keeps its luck with memory and compiled code for life: one that was compared with itself cost 6 % more, surely. So
 * the interval is that of the rounds. Resolves to one for each of `starts`, in their order.
 */
export async function compare(
  load: Load,
  starts: readonly StartTarget[],
  rounds: number,
): Promise<readonly Compared[]> {
  const costsUs: (readonly number[])[] = [];
  for (let round = 0; round < rounds; round++) costsUs.push(await costsOf(load, starts, round));
  return starts.map((_, n) => {
    const ofOne = costsUs.map((costs) => costs[n] ?? Number.NaN);
    const ratios = costsUs.map((costs, round) => (costs.at(-1) ?? Number.NaN) / (ofOne[round] ?? Number.NaN));
    return { us: middleWithInterval(ofOne).middle, ratioOfLast: middleWithInterval(ratios) };
  });
}

/** µs of CPU for a request, of one process each. In each round another one is the first. */
async function costsOf(load: Load, starts: readonly StartTarget[], round: number): Promise<readonly number[]> {
  await using started = new AsyncDisposableStack();
  const order = starts.map((_, n) => (n + round) % starts.length);
  const lanes = new Map<number, Lane>();
  for (const n of order) {
    const start = starts[n];
    if (start !== undefined) lanes.set(n, started.use(await Lane.start(load, start)));
  }
  for (const lane of lanes.values()) await lane.run(WARM_UP_MS);
  const slicesUs = starts.map((): number[] => []);
  for (let slice = 0; slice < SLICES_A_ROUND; slice++) {
    const inTurn = [...lanes];
    for (const [n, lane] of slice % 2 === 0 ? inTurn : inTurn.toReversed()) slicesUs[n]?.push(await lane.run(SLICE_MS));
  }
  return slicesUs.map((slices) => middleWithInterval(slices).middle);
}

/** A server with a load of its own, both stopped but for {@link run}. `await using` ends them. */
class Lane implements AsyncDisposable {
  readonly #target: Target;
  readonly #directory: TempDir;
  readonly #generator: Child;
  /** What the generator has had accepted. */
  readonly #count: Float64Array;

  private constructor(target: Target, directory: TempDir, load: Load) {
    const countFile = directory.file("count");
    this.#target = target;
    this.#directory = directory;
    this.#count = new Float64Array(Bun.mmap(countFile).buffer);
    const order = {
      port: target.port,
      requestFile: load.file,
      connections: CONNECTIONS,
      warmUpMs: WITHOUT_END_MS,
      measureMs: 0,
      refusedPauseMs: REFUSED_PAUSE_MS,
      countFile,
    };
    this.#generator = new Child(generatorCommand(order));
  }

  static async start(load: Load, start: StartTarget): Promise<Lane> {
    const directory = await TempDir.create("lane");
    await Bun.write(directory.file("count"), new Uint8Array(Float64Array.BYTES_PER_ELEMENT));
    const target = await start();
    const lane = new Lane(target, directory, load);
    await lane.run(0);
    return lane;
  }

  /** Lets both go on for so long. CPU time of the server for a request, in µs. */
  async run(ms: number): Promise<number> {
    const [cpuBefore, countBefore] = [cpuSecondsOf(this.#target.pid), this.#count[0] ?? 0];
    process.kill(this.#target.pid, "SIGCONT");
    this.#generator.signal("SIGCONT");
    await Bun.sleep(ms);
    this.#generator.signal("SIGSTOP");
    await Bun.sleep(FINISH_MS);
    process.kill(this.#target.pid, "SIGSTOP");
    const requests = (this.#count[0] ?? 0) - countBefore;
    if (ms > 0 && requests === 0) throw new Error(`Cannot compare: no request was accepted in ${ms} ms`);
    return ((cpuSecondsOf(this.#target.pid) - cpuBefore) * 1e6) / requests;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#generator[Symbol.asyncDispose]();
    process.kill(this.#target.pid, "SIGCONT");
    await this.#target[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}
