import { rm } from "node:fs/promises";
import { Agent } from "../support/agent.ts";
import { built } from "../support/built.ts";
import { freePort } from "../support/free-port.ts";
import { TempDir } from "../support/temp-dir.ts";
import type { AttemptMix } from "./attempt.ts";
import { Ledger } from "./ledger.ts";
import { Load } from "./load.ts";
import { reconcile, type Verdict } from "./reconcile.ts";
import { countFault, type Findings, type Life, problemsOf, rowsOf } from "./tally.ts";
import { World, type WorldName } from "./world.ts";

const FLAGS = ["--push-frequency", "1s", "--buffer-lines", "40", "--buffer-bytes", "1MiB"];

export interface RigOptions {
  readonly title: string;
  readonly world: WorldName;
  readonly connections?: number;
  readonly pauseMs?: number;
  readonly mix?: AttemptMix;
  /** Instead of a temporary folder. */
  readonly baseDirectory?: string;
}

/** More than `Agent` needs, for one life. */
export interface LifeOptions {
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly launcher?: readonly string[];
  /** A program in the collector's place. Default: no collector. */
  readonly collector?: string;
}

/**
 * One agent's surroundings for a scenario that is written step by step: a world, a base directory, books, senders, and
 * the comparison at the end. `await using` removes all of it.
 */
export class Rig implements AsyncDisposable {
  readonly world: World;
  readonly base: string;
  readonly port: number;
  readonly ledger: Ledger;
  readonly load: Load;
  readonly lives: Life[] = [];
  readonly problems: string[] = [];
  readonly #title: string;
  readonly #mix: AttemptMix | undefined;
  readonly #directory: TempDir;

  private constructor(options: RigOptions, world: World, directory: TempDir, port: number) {
    const { title, mix, baseDirectory, connections, pauseMs } = options;
    this.world = world;
    this.port = port;
    this.base = baseDirectory ?? directory.file("base");
    this.#title = title;
    this.#mix = mix;
    this.#directory = directory;
    this.ledger = new Ledger(title.replaceAll(/\W+/g, "-"));
    this.load = new Load({
      ledger: this.ledger,
      port,
      ...(connections === undefined ? {} : { connections }),
      ...(pauseMs === undefined ? {} : { pauseMs }),
      ...(mix === undefined ? {} : { mix }),
    });
  }

  static async start(options: RigOptions): Promise<Rig> {
    return new Rig(options, await World.start(options.world), await TempDir.create("chaos"), await freePort());
  }

  /** Starts a life that meets `fault`, without waiting for it to listen. Attempts from now on belong to it. */
  async spawn(fault: string, { flags = [], environment, launcher, collector }: LifeOptions = {}): Promise<Agent> {
    const life: Life = { number: this.lives.length, faults: new Map(), log: "" };
    countFault(life, fault);
    this.lives.push(life);
    this.load.life = life.number;
    const { store } = this.world;
    const program = collector === undefined ? ["--no-collector"] : ["--collector-path", collector];
    return await Agent.spawn({
      executable: built("executable"),
      baseDirectory: this.base,
      port: this.port,
      flags: [...store.flags, ...FLAGS, ...program, ...flags],
      environment: { ...store.environment, ...environment },
      ...(launcher === undefined ? {} : { launcher }),
    });
  }

  /** The same, listening. */
  async agent(fault: string, options?: LifeOptions): Promise<Agent> {
    const agent = await this.spawn(fault, options);
    await agent.listening();
    return agent;
  }

  /** A file of the scenario's own, which goes with the rig. */
  file(name: string): string {
    return this.#directory.file(name);
  }

  /** How long the newest life took to get over its fault. */
  recovered(ms: number): void {
    const life = this.lives.at(-1);
    if (life !== undefined) life.recoveryMs = Math.max(life.recoveryMs ?? 0, ms);
  }

  /** Sends `count` attempts, four at a time. */
  async send(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 4) await Promise.all([0, 1, 2, 3].map(() => this.load.send()));
  }

  problem(words: string): void {
    this.problems.push(`${this.#title}: ${words}`);
  }

  /** Says so when it is not true. */
  expect(isSo: boolean, words: string): void {
    if (!isSo) this.problem(words);
  }

  async verdict(): Promise<Verdict> {
    return reconcile(this.ledger, await this.world.store.objects(), this.#mix);
  }

  /** Compares the books with the objects. All that was acknowledged must have been delivered before. */
  async findings(verdict?: Verdict): Promise<Findings> {
    this.world.takePuts();
    const found = verdict ?? (await this.verdict());
    const problems = [
      ...this.problems,
      ...problemsOf(this.#title, this.lives, this.ledger, found),
      ...this.world.puts.changed.map((words) => `${this.#title}: PUT of other bytes under one name: ${words}`),
    ];
    const all = rowsOf(this.#title, this.lives, this.ledger, found);
    // A scenario of one fault has the same numbers in both of its rows.
    return { rows: all.length === 2 ? all.slice(0, 1) : all, problems };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.load.stop();
    await this.world[Symbol.asyncDispose]();
    await rm(this.base, { recursive: true, force: true });
    await this.#directory[Symbol.asyncDispose]();
  }
}
