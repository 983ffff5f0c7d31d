import { Child } from "../support/child.ts";
import { cpuSecondsOf } from "../support/process-use.ts";
import { TempDir } from "../support/temp-dir.ts";
import { type Interval, middleWithInterval } from "./interval.ts";
import { generatorCommand } from "./load.ts";
import { type Load, REFUSED_PAUSE_MS } from "./measure.ts";
import type { StartTarget, Target } from "./targets.ts";

export const CONNECTIONS = 8;
/** Of work, until the code is compiled for good: before that whoever has more code is up to a quarter dearer. */
const WARM_UP_MS = 10_000;
/** Short beside what else goes on: what a virtual machine gets changes by a tenth within seconds. */
const SLICE_MS = 200;
export const PAIRS_A_ROUND = 20;
/** For what was sent before the generator was stopped to be answered. */
const FINISH_MS = 5;
/** Longer than any comparison. */
const WITHOUT_END_MS = 24 * 3600 * 1000;

/** What a request costs two servers, in µs of CPU. */
interface Cost {
  readonly firstUs: number;
  readonly secondUs: number;
}

export interface Compared extends Cost {
  /** Of the second to the first, with its 95 % interval. */
  readonly ratio: Interval;
}

/**
 * Sends the same load to two servers, as fast as each answers, in slices of a fifth of a second in turn: one of them is
 * stopped (SIGSTOP) while the other has the core, so both meet the same machine. Both are started anew `rounds` times,
 * because a process keeps its luck with memory and compiled code for life: one that was compared with itself cost 6 % more,
 * surely. So the interval is that of the rounds.
 */
export async function compare(
  load: Load,
  starts: readonly [StartTarget, StartTarget],
  rounds: number,
): Promise<Compared> {
  const costs: Cost[] = [];
  for (let round = 0; round < rounds; round++) costs.push(await costOf(load, starts, round % 2 === 0));
  return {
    firstUs: middleWithInterval(costs.map(({ firstUs }) => firstUs)).middle,
    secondUs: middleWithInterval(costs.map(({ secondUs }) => secondUs)).middle,
    ratio: middleWithInterval(costs.map(({ firstUs, secondUs }) => secondUs / firstUs)),
  };
}

/** Of one process each, of which the first is started first where it `beginsFirst`. */
async function costOf(
  load: Load,
  [startFirst, startSecond]: readonly [StartTarget, StartTarget],
  beginsFirst: boolean,
): Promise<Cost> {
  await using one = await Lane.start(load, beginsFirst ? startFirst : startSecond);
  await using other = await Lane.start(load, beginsFirst ? startSecond : startFirst);
  for (const lane of [one, other]) await lane.run(WARM_UP_MS);
  const slicesUs = new Map<Lane, number[]>([
    [one, []],
    [other, []],
  ]);
  for (let pair = 0; pair < PAIRS_A_ROUND; pair++) {
    for (const lane of pair % 2 === 0 ? [one, other] : [other, one]) slicesUs.get(lane)?.push(await lane.run(SLICE_MS));
  }
  const [oneUs, otherUs] = [one, other].map((lane) => middleWithInterval(slicesUs.get(lane) ?? []).middle);
  if (oneUs === undefined || otherUs === undefined) throw new Error("Cannot compare without slices");
  return beginsFirst ? { firstUs: oneUs, secondUs: otherUs } : { firstUs: otherUs, secondUs: oneUs };
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
