import { type Attempt, attemptOf, type AttemptMix, USUAL_MIX } from "./attempt.ts";
import type { Ledger, Outcome } from "./ledger.ts";

/** An attempt without an answer for so long counts as unanswered; the agent answers in milliseconds or never. */
const ANSWER_TIMEOUT_MS = 20_000;

export interface LoadOptions {
  readonly ledger: Ledger;
  readonly port: number;
  readonly connections?: number;
  /** Pause of a connection after each answer, so that the senders do not take the processor from the faults. */
  readonly pauseMs?: number;
  readonly mix?: AttemptMix;
}

/**
 * Senders that go on whatever happens to the agent, and write down every answer. Every request has a connection of its
 * own and is sent once: a client that repeats by itself would hide what is to be found.
 */
export class Load {
  /** The life that attempts from now on belong to. */
  life = 0;
  readonly #options: Required<LoadOptions>;
  #gate = Promise.withResolvers<void>();
  #isPaused = true;
  #isStopped = false;
  #running: Promise<void>[] = [];
  #inFlight = new Set<Promise<void>>();

  constructor({ connections = 6, pauseMs = 12, mix = USUAL_MIX, ...options }: LoadOptions) {
    this.#options = { ...options, connections, pauseMs, mix };
  }

  /** Begins to send. */
  start(): void {
    this.resume();
    this.#running = Array.from({ length: this.#options.connections }, () => this.#sendOn());
  }

  resume(): void {
    this.#isPaused = false;
    this.#gate.resolve();
  }

  /** Resolves when nothing is in flight any more. */
  async pause(): Promise<void> {
    if (!this.#isPaused) this.#gate = Promise.withResolvers();
    this.#isPaused = true;
    await Promise.all(this.#inFlight);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.resume();
    await Promise.all(this.#running);
  }

  async #sendOn(): Promise<void> {
    const { pauseMs } = this.#options;
    while (!this.#isStopped) {
      if (this.#isPaused) {
        await this.#gate.promise;
        continue;
      }
      const sent = this.send();
      this.#inFlight.add(sent);
      await sent;
      this.#inFlight.delete(sent);
      await Bun.sleep(pauseMs * (0.5 + Math.random()));
    }
  }

  /** One attempt, to its end. Never rejects. */
  async send(): Promise<void> {
    const { ledger, mix } = this.#options;
    const { number } = ledger.begin(this.life);
    const attempt = attemptOf(ledger.label, number, mix);
    ledger.settle(number, attempt.isGood, await this.#post(attempt));
  }

  /** The status, or why there is none. */
  async #post({ path, headers, body }: Attempt): Promise<number | Outcome> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#options.port}${path}`, {
        method: "POST",
        headers,
        body: typeof body === "string" ? body : new Blob([Buffer.from(body)]),
        keepalive: false,
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      // The status line is the answer; a body that breaks off does not take it back.
      await answer.bytes().catch(() => undefined);
      return answer.status;
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "ECONNREFUSED" ? "unsent" : "unanswered";
    }
  }
}
