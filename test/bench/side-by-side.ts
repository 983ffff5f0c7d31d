import { cpuSecondsOf } from "../support/process-use.ts";
import { TempDir } from "../support/temp-dir.ts";
import { type Interval, middleWithInterval } from "./interval.ts";
import { generatorCommand } from "./load.ts";
import { type Load, REFUSED_PAUSE_MS } from "./measure.ts";
import type { StartTarget, Target } from "./targets.ts";

export const CONNECTIONS = 8;
const WARM_UP_MS = 2000;
/** Short beside what else goes on: what a virtual machine gets changes by a tenth within seconds. */
const SLICE_MS = 200;
/** For what was sent before the generator was stopped to be answered. */
const FINISH_MS = 5;
/** Longer than any comparison. */
const WITHOUT_END_MS = 24 * 3600 * 1000;

/** What two servers pay for a request, in µs of CPU, and the ratio of the second to the first with its 95 % interval. */
export interface Compared {
  readonly firstUs: number;
  readonly secondUs: number;
  readonly ratio: Interval;
}

/**
 * Sends the same load to two servers, as fast as each answers, in slices of a fifth of a second in turn: one of them is
 * stopped (SIGSTOP) while the other has the core. So both meet the same machine, and `pairs` of slices tell apart what
 * whole runs cannot.
 */
export async function compare(
  load: Load,
  starts: readonly [StartTarget, StartTarget],
  pairs: number,
): Promise<Compared> {
  await using first = await Lane.start(load, starts[0]);
  await using second = await Lane.start(load, starts[1]);
  for (const lane of [first, second]) await lane.run(WARM_UP_MS);
  const costs: { readonly firstUs: number; readonly secondUs: number }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const isFirstFirst = pair % 2 === 0;
    const [one, other] = isFirstFirst ? [first, second] : [second, first];
    const [oneUs, otherUs] = [await one.run(SLICE_MS), await other.run(SLICE_MS)];
    costs.push(isFirstFirst ? { firstUs: oneUs, secondUs: otherUs } : { firstUs: otherUs, secondUs: oneUs });
  }
  return {
    firstUs: middleWithInterval(costs.map(({ firstUs }) => firstUs)).middle,
    secondUs: middleWithInterval(costs.map(({ secondUs }) => secondUs)).middle,
    ratio: middleWithInterval(costs.map(({ firstUs, secondUs }) => secondUs / firstUs)),
  };
}

/** A server with a load of its own, both stopped but for {@link run}. `await using` ends them. */
class Lane implements AsyncDisposable {
  readonly #target: Target;
  readonly #directory: TempDir;
  readonly #generator: Bun.Subprocess;
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
    this.#generator = Bun.spawn(generatorCommand(order), { stdio: ["ignore", "ignore", "inherit"] });
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
    this.#generator.kill("SIGCONT");
    await Bun.sleep(ms);
    this.#generator.kill("SIGSTOP");
    await Bun.sleep(FINISH_MS);
    process.kill(this.#target.pid, "SIGSTOP");
    const requests = (this.#count[0] ?? 0) - countBefore;
    if (ms > 0 && requests === 0) throw new Error(`Cannot compare: no request was accepted in ${ms} ms`);
    return ((cpuSecondsOf(this.#target.pid) - cpuBefore) * 1e6) / requests;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#generator.kill("SIGKILL");
    await this.#generator.exited;
    process.kill(this.#target.pid, "SIGCONT");
    await this.#target[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}
