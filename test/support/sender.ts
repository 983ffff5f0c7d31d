import type { Agent } from "./agent.ts";
import { logsJson } from "./samples.ts";

/**
 * Sends log lines one after another until it is told to stop, and keeps the books: what got a 200, what was refused,
 * and what nobody knows (cut off before the answer: such a line may stand in an object once, or not at all).
 */
export class Sender {
  readonly acknowledged: string[] = [];
  readonly refused: string[] = [];
  readonly unknown: string[] = [];
  readonly #label: string;
  readonly #padBytes: number;
  #sent = 0;
  #stopped = false;
  #running: Promise<void>[] = [];

  constructor(label: string, padBytes = 0) {
    this.#label = label;
    this.#padBytes = padBytes;
  }

  /** Starts to send over `connections` at once. */
  start(agent: Agent, connections = 4): void {
    this.#stopped = false;
    this.#running = Array.from({ length: connections }, () => this.#sendOn(agent));
  }

  /** Resolves when nothing is in flight any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #sendOn(agent: Agent): Promise<void> {
    while (!this.#stopped) {
      const line = logsJson(`${this.#label}-${this.#sent++}`, this.#padBytes);
      const outcome = await this.#sendOne(agent, line);
      outcome.push(line);
      // What refuses or is gone is not asked again at full speed.
      if (outcome !== this.acknowledged) await Bun.sleep(5);
    }
  }

  async #sendOne(agent: Agent, line: string): Promise<string[]> {
    try {
      const answer = await agent.post("/v1/logs", line);
      await answer.bytes();
      return answer.status === 200 ? this.acknowledged : this.refused;
    } catch {
      return this.unknown;
    }
  }
}
