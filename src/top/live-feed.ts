import { createParser } from "eventsource-parser";
import { errorText } from "../lib/error-text.ts";
import type { Clock } from "../lib/clock.ts";
import { sleepBy } from "../lib/sleep.ts";

/** A heartbeat comes every 15 s, samples every second. So long without any: the connection is dead, though nobody said so. */
export const SILENT_MAX_MS = 20_000;
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 5000;
/** Whoever has the port may tell without end. A state of the agent has some 200 KB. */
const MESSAGE_MAX_CHARS = 32 * 1024 * 1024;

export interface LiveFeedOptions {
  /** The events of the agent from now on. Rejects with an Error that says why not; ends when the signal fires. */
  readonly open: (stop: AbortSignal) => Promise<ReadableStream<Uint8Array>>;
  /** A message of `LiveMessages`: its name and its JSON. What it throws ends the connection, with that reason. */
  readonly onMessage: (name: string, json: string) => void;
  /** There is no connection, and another attempt follows. Called once an attempt. */
  readonly onLost: (reason: string) => void;
  readonly clock: Clock;
  /** Ends everything. */
  readonly stop: AbortSignal;
}

/** The messages of an agent, which may go away and come back. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  #connection = new AbortController();
  #isRenewed = false;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  /** Connects, reads, and connects again, until the signal fires. Never rejects. */
  async follow(): Promise<void> {
    const { stop, onLost } = this.#options;
    let retryMs = RETRY_MIN_MS;
    while (!stop.aborted) {
      const { reason, hasBegun } = await this.#read();
      if (stop.aborted) return;
      if (hasBegun) retryMs = RETRY_MIN_MS;
      if (this.#isRenewed) {
        this.#isRenewed = false;
        continue;
      }
      onLost(reason);
      await this.#wait(retryMs);
      retryMs = Math.min(RETRY_MAX_MS, retryMs * 2);
    }
  }

  /** Begins anew: the agent tells everything again. */
  renew(): void {
    this.#isRenewed = true;
    this.#connection.abort();
  }

  /** One connection, from its beginning to its end. */
  async #read(): Promise<{ readonly reason: string; readonly hasBegun: boolean }> {
    const { open, onMessage, clock, stop } = this.#options;
    this.#connection = new AbortController();
    const ended = AbortSignal.any([stop, this.#connection.signal]);
    let lastMs = clock.nowMs();
    let hasBegun = false;
    let isSilent = false;
    const stopLooking = clock.every(SILENT_MAX_MS / 4, () => {
      if (clock.nowMs() - lastMs <= SILENT_MAX_MS) return;
      isSilent = true;
      this.#connection.abort();
    });
    try {
      const parser = createParser({
        maxBufferSize: MESSAGE_MAX_CHARS,
        onEvent: ({ event = "", data }) => {
          hasBegun = true;
          onMessage(event, data);
        },
        onError: (error) => {
          if (error.type === "max-buffer-size-exceeded") throw error;
        },
      });
      const decoder = new TextDecoder();
      for await (const chunk of untilAborted(await open(ended), ended)) {
        lastMs = clock.nowMs();
        parser.feed(decoder.decode(chunk, { stream: true }));
      }
      return { reason: isSilent ? SILENT : "it has ended the connection", hasBegun };
    } catch (error) {
      return { reason: isSilent ? SILENT : errorText(error), hasBegun };
    } finally {
      stopLooking();
      this.#connection.abort();
    }
  }

  /** Ends early at the stop. Never rejects. */
  async #wait(ms: number): Promise<void> {
    await sleepBy(this.#options.clock, ms, this.#options.stop);
  }
}

const SILENT = `nothing has come for ${SILENT_MAX_MS / 1000} s`;

/** The chunks until the stream or the signal ends; the rest is cancelled. */
async function* untilAborted(stream: ReadableStream<Uint8Array>, ended: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel().catch(() => {});
  ended.addEventListener("abort", cancel, { once: true });
  if (ended.aborted) cancel();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    ended.removeEventListener("abort", cancel);
    cancel();
  }
}
