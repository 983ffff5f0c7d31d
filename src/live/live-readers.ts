import { LiveClient } from "./live-client.ts";

/** Readers at once. Each costs a state of some 200 KB at its beginning. */
export const READERS_MAX = 8;
/** Of them, such as may not see texts: they must not keep the others out. */
export const STRANGERS_MAX = 4;

type Chunk = Uint8Array<ArrayBuffer>;

export interface LiveReadersOptions {
  /** What a reader begins with, and gets after a gap. */
  readonly whole: (maySeeTexts: boolean) => Chunk;
  /** One has come or gone. */
  readonly onChange: () => void;
}

/** All who read the events now: bounded in number, and each in what waits for it. */
export class LiveReaders {
  readonly #options: LiveReadersOptions;
  readonly #clients = new Set<LiveClient>();
  #isEnded = false;

  constructor(options: LiveReadersOptions) {
    this.#options = options;
  }

  /** Those included that have not taken their end yet. */
  get size(): number {
    return this.#clients.size;
  }

  /** Those that are told something: who may see texts, or who may not. */
  countOf(maySeeTexts: boolean): number {
    let count = 0;
    for (const client of this.#clients) if (client.maySeeTexts === maySeeTexts) count++;
    return this.#isEnded ? 0 : count;
  }

  /** Undefined when too many are there, after {@link end}, and for who is gone. */
  connect(maySeeTexts: boolean, gone: AbortSignal): ReadableStream<Chunk> | undefined {
    const isFull = this.size >= READERS_MAX || (!maySeeTexts && this.countOf(false) >= STRANGERS_MAX);
    if (this.#isEnded || isFull || gone.aborted) return undefined;
    const client = new LiveClient({
      maySeeTexts,
      whole: () => this.#options.whole(maySeeTexts),
      onGone: (one) => {
        this.#clients.delete(one);
        this.#options.onChange();
      },
    });
    // Bun does not cancel a stream that it has not begun to read.
    gone.addEventListener("abort", () => client.leave(), { once: true });
    this.#clients.add(client);
    this.#options.onChange();
    return client.stream;
  }

  /** To all, or to those who may see texts, or to those who may not. */
  send(chunk: Chunk, maySeeTexts?: boolean): void {
    for (const client of this.#clients) {
      if (maySeeTexts === undefined || client.maySeeTexts === maySeeTexts) client.send(chunk);
    }
  }

  /** For good. Who waits for something gets its end now, the others when they read. Idempotent. */
  end(): void {
    this.#isEnded = true;
    for (const client of this.#clients) client.end();
    this.#options.onChange();
  }
}
