import type { Agent } from "../support/agent.ts";
import { freePort } from "../support/free-port.ts";
import { TempDir } from "../support/temp-dir.ts";
import { Ledger } from "./ledger.ts";
import { Load } from "./load.ts";
import { ObjectWatch } from "./object-watch.ts";
import type { Random } from "./random.ts";
import { statsProblems, statsSums, type StatsSums } from "./stats-check.ts";
import { AUDIT, planLife } from "./storm-plan.ts";
import { spawnStormAgent, type SpawnPlan } from "./storm-agent.ts";
import { stormFindings } from "./storm-findings.ts";
import { countFault, type Findings, type Life } from "./tally.ts";
import { untilEmpty } from "./until-empty.ts";
import { World, type WorldName } from "./world.ts";

/** A moment that does not come is not waited for longer than this. */
const MOMENT_TIMEOUT_MS = 3000;
/** Objects are looked at for changes each so many lives, and at the end. */
const LOOK_EVERY_LIVES = 20;

export interface StormOptions {
  readonly world: WorldName;
  /** SIGKILLs until it ends. */
  readonly kills: number;
  readonly random: Random;
  readonly say: (line: string) => void;
  /** Ends it earlier; everything is still delivered and reconciled. */
  readonly until: AbortSignal;
}

/**
 * One base directory, one destination, senders that never stop, and life after life of the agent, each ended at a
 * chosen moment while the store, the API, the clock and the ring size change under it. At the end all faults go, the
 * last life delivers what is left, and the books are compared with the objects.
 */
export async function storm(options: StormOptions): Promise<Findings> {
  await using world = await World.start(options.world);
  await using base = await TempDir.create("chaos");
  const run = new Storm(options, world, base.path, await freePort());
  return await run.run();
}

class Storm {
  readonly #options: StormOptions;
  readonly #world: World;
  readonly #base: string;
  readonly #port: number;
  readonly #ledger: Ledger;
  readonly #load: Load;
  readonly #objects = new ObjectWatch();
  readonly #lives: Life[] = [];
  readonly #problems: string[] = [];
  #kills = 0;
  #bufferBytes: string | undefined;
  #diedAtMs: number | undefined;
  /** Lines that the last life said it left, when it ended in order. */
  #linesLeft: number | undefined;

  constructor(options: StormOptions, world: World, base: string, port: number) {
    this.#options = options;
    this.#world = world;
    this.#base = base;
    this.#port = port;
    this.#ledger = new Ledger(options.world);
    this.#load = new Load({ ledger: this.#ledger, port });
  }

  async run(): Promise<Findings> {
    const { kills, say, until, world: title } = this.#options;
    this.#load.start();
    while (this.#kills < kills && !until.aborted) {
      await this.#live();
      if (this.#lives.length % LOOK_EVERY_LIVES > 0) continue;
      this.#objects.look(await this.#world.store.objects());
      const { acknowledged, refused, unanswered } = this.#ledger.counts();
      say(
        `${title}: ${this.#kills} kills, ${acknowledged} acknowledged, ${refused} refused, ${unanswered} without answer`,
      );
    }
    await this.#load.stop();
    await this.#deliverRest();

    const objects = await this.#world.store.objects();
    this.#objects.look(objects);
    return stormFindings({
      title,
      say,
      objects,
      ledger: this.#ledger,
      lives: this.#lives,
      problems: this.#problems,
      changed: [...this.#objects.changed, ...this.#world.puts.changed],
    });
  }

  async #live(): Promise<void> {
    const { random } = this.#options;
    const life = this.#begin();
    const drawn = planLife(this.#world, life, random, this.#bufferBytes);
    const isEarly = drawn.end.kind === "kill" && drawn.end.moment.isEarly === true;
    // What the last life said it left can only be checked in one that gets as far as to answer.
    const plan = isEarly && this.#linesLeft !== undefined ? { ...drawn, end: AUDIT } : drawn;
    this.#bufferBytes = plan.bufferBytes;
    const abort = new AbortController();
    const isAudited = plan.end === AUDIT || this.#linesLeft !== undefined;
    if (isAudited) await this.#load.pause();

    await using agent = await this.#spawn(plan);
    const moment = plan.end.kind === "kill" ? plan.end.moment : undefined;
    const ended = agent.ended(MOMENT_TIMEOUT_MS * 2).catch(() => undefined);
    const context = { world: this.#world, baseDirectory: this.#base, random, ended };
    if (moment?.isEarly !== true || isAudited) await this.#listening(agent);
    const first = isAudited ? statsSums(await agent.stats()) : undefined;
    this.#checkLinesLeft(first);
    this.#load.resume();

    if (moment !== undefined) {
      const come = await Promise.race([
        moment.come(context, abort.signal).then(() => true),
        Bun.sleep(MOMENT_TIMEOUT_MS),
      ]);
      await this.#kill(agent, life, come === true ? moment.name : "kill -9 at any time");
    } else if (plan.end.kind === "stop") {
      await Bun.sleep(random.int(100, 1500));
      await this.#stop(agent, life, plan.end.isForcedBySecondSignal);
    } else {
      await Bun.sleep(random.int(300, 1500));
      await this.#audit(agent, life, first);
      await this.#kill(agent, life, "kill -9 at rest");
    }
    abort.abort();
    this.#world.heal();
    this.#world.takePuts();
    life.log = agent.log;
  }

  #begin(): Life {
    const life: Life = { number: this.#lives.length, faults: new Map(), log: "" };
    this.#lives.push(life);
    this.#load.life = life.number;
    return life;
  }

  #spawn(plan: SpawnPlan): Promise<Agent> {
    const place = { world: this.#world, baseDirectory: this.#base, port: this.#port };
    return spawnStormAgent(place, plan, this.#options.random);
  }

  async #listening(agent: Agent): Promise<void> {
    await agent.listening();
    const before = this.#lives.at(-2);
    if (before !== undefined && this.#diedAtMs !== undefined) before.recoveryMs = performance.now() - this.#diedAtMs;
  }

  async #kill(agent: Agent, life: Life, name: string): Promise<void> {
    countFault(life, name);
    this.#kills++;
    await agent.kill();
    this.#diedAtMs = performance.now();
    this.#linesLeft = undefined;
  }

  async #stop(agent: Agent, life: Life, isForced: boolean): Promise<void> {
    countFault(life, isForced ? "SIGTERM twice under load" : "SIGTERM under load");
    agent.signal("SIGTERM");
    if (isForced) {
      await Bun.sleep(1050);
      agent.signal("SIGTERM");
    }
    const { code, log } = await agent.ended(10_000);
    this.#diedAtMs = performance.now();
    this.#linesLeft = code === 0 ? 0 : code === 3 ? Number(/linesLeft=(\d+)/.exec(log)?.[1] ?? Number.NaN) : undefined;
    const isExpected = code === 0 || code === 3 || (isForced && code === 143);
    if (!isExpected) this.#problem(life, `SIGTERM ended with exit code ${code}\n${log}`);
  }

  #checkLinesLeft(found: StatsSums | undefined): void {
    const said = this.#linesLeft;
    this.#linesLeft = undefined;
    if (said === undefined || found === undefined || found.held === said) return;
    this.#problems.push(`The stop report said ${said} lines left, the next start found ${found.held}`);
  }

  async #audit(agent: Agent, life: Life, first: StatsSums | undefined): Promise<void> {
    await this.#load.pause();
    if (first === undefined) return;
    const last = statsSums(await agent.stats());
    for (const words of statsProblems(first, last, this.#ledger.counts(life.number))) this.#problem(life, words);
    this.#load.resume();
  }

  /** All faults are gone: one life more, in order, must deliver everything. */
  async #deliverRest(): Promise<void> {
    const life = this.#begin();
    this.#world.heal();
    await using agent = await this.#spawn({ bufferBytes: "1MiB", form: [], clock: {}, end: AUDIT });
    await this.#listening(agent);
    await untilEmpty(agent);
    const { code, log } = await agent.stop();
    life.log = log;
    if (code !== 0) this.#problem(life, `the last life could not deliver everything: exit code ${code}\n${log}`);
    this.#world.takePuts();
  }

  #problem(life: Life, words: string): void {
    this.#problems.push(
      `${this.#options.world}: life ${life.number} (${[...life.faults.keys()].join(", ")}): ${words}`,
    );
  }
}
