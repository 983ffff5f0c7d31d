import { attemptOf, type AttemptMix } from "./attempt.ts";
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import { SLOW_PARTS, type SlowPart, trickle } from "./trickle.ts";

export interface SlowSendersOptions {
  readonly ledger: Ledger;
  readonly port: number;
  /** All at once; each part of a request is slow with as many of them as every other. */
  readonly count: number;
  readonly mix: AttemptMix;
  readonly random: Random;
  /** The life their attempts belong to. */
  readonly life: number;
}

/** Senders on a bad line, request after request: they take seconds for what others do in a millisecond. */
export class SlowSenders {
  /** How many attempts were answered 200, by what was slow in them. */
  readonly acknowledged: Record<SlowPart, number> = {
    "body of known length": 0,
    "chunked body": 0,
    headers: 0,
    answer: 0,
  };
  readonly #options: SlowSendersOptions;
  readonly #running: Promise<void>[];
  #isStopped = false;

  /** Begins at once. */
  constructor(options: SlowSendersOptions) {
    this.#options = options;
    this.#running = Array.from({ length: options.count }, (_, index) =>
      this.#sendOn(SLOW_PARTS[index % SLOW_PARTS.length] ?? "headers", options.random.fork()),
    );
  }

  /** Resolves when every request that was begun has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#running);
  }

  async #sendOn(slow: SlowPart, random: Random): Promise<void> {
    const { ledger, port, mix, life } = this.#options;
    while (!this.#isStopped) {
      const { number } = ledger.begin(life);
      const attempt = attemptOf(ledger.label, number, mix);
      const answer = await trickle(port, attempt, slow, random);
      ledger.settle(number, attempt.isGood, answer);
      if (answer === 200) this.acknowledged[slow]++;
    }
  }
}
