import { expect } from "bun:test";
import type { Agent } from "../support/agent.ts";
import { expectWithin } from "../support/pace.ts";

const PAUSE_MS = 30;
/** What `/health` and `/stats` may take, whatever is sent meanwhile. */
const ANSWER_MAX_MS = 100;

/** Asks for a page again and again, as a watcher does. */
export class PageProbe {
  readonly latenciesMs: number[] = [];
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(agent: Agent, path: "/health" | "/stats") {
    this.#running = this.#run(agent, path);
  }

  /** Every answer came in time but for one in a hundred; throws TooSlowError otherwise. */
  async expectQuick(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    const sorted = this.latenciesMs.toSorted((a, b) => a - b);
    expect(sorted.length).toBeGreaterThan(10);
    expectWithin("A page", sorted[Math.floor(sorted.length * 0.99) - 1] ?? 0, ANSWER_MAX_MS);
  }

  async #run(agent: Agent, path: string): Promise<void> {
    while (!this.#isStopped) {
      const askedAtMs = performance.now();
      await (await agent.get(path)).bytes();
      this.latenciesMs.push(performance.now() - askedAtMs);
      await Bun.sleep(PAUSE_MS);
    }
  }
}
