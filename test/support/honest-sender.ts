import { expect } from "bun:test";
import type { Agent } from "./agent.ts";
import { expectWithin } from "./pace.ts";
import { metricsJson } from "./samples.ts";

/** Between two requests of an honest sender: small ones, often, as SDKs send them. */
const PAUSE_MS = 20;
/** What the slowest hundredth of an honest sender's requests may take, whatever a hostile one does beside it. */
const P99_MAX_MS = 50;

/** Sends small requests one after another while somebody attacks, and keeps what it saw. */
export class HonestSender {
  readonly latenciesMs: number[] = [];
  /** Every request that was not answered 200: the status, or what went wrong. */
  readonly failures: string[] = [];
  readonly #agent: Agent;
  readonly #path: string;
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(agent: Agent, path = "/v1/metrics") {
    this.#agent = agent;
    this.#path = path;
  }

  start(): this {
    this.#running ??= this.#run();
    return this;
  }

  /** Resolves when the last request is answered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** Every request was taken; throws TooSlowError when the slowest hundredth took 50 ms or more. */
  expectUnhurt(): void {
    expect(this.latenciesMs.length).toBeGreaterThan(20);
    expect(this.failures).toEqual([]);
    expectWithin(`The slowest hundredth of ${this.latenciesMs.length} requests`, this.p99Ms, P99_MAX_MS);
  }

  get p99Ms(): number {
    const sorted = this.latenciesMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.99)] ?? Number.POSITIVE_INFINITY;
  }

  async #run(): Promise<void> {
    for (let n = 0; !this.#isStopped; n++) {
      const startedAtMs = performance.now();
      const outcome = await this.#send(n);
      this.latenciesMs.push(performance.now() - startedAtMs);
      if (outcome !== "200") this.failures.push(outcome);
      await Bun.sleep(PAUSE_MS);
    }
  }

  async #send(n: number): Promise<string> {
    try {
      const answer = await this.#agent.post(this.#path, metricsJson(`honest-${n}`));
      await answer.bytes();
      return String(answer.status);
    } catch (error) {
      return String(error);
    }
  }
}
