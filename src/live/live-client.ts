/** What waits for a reader that does not read; more is thrown away, and the reader gets everything anew. */
export const QUEUE_MAX_BYTES = 1024 * 1024;

type Chunk = Uint8Array<ArrayBuffer>;

export interface LiveClientOptions {
  readonly maySeeTexts: boolean;
  /** Everything, at the moment when the reader takes it. */
  readonly whole: () => Chunk;
  /** The reader has gone, or the end has been taken. Called once. */
  readonly onGone: (client: LiveClient) => void;
}

/** One reader of the events: what it has not taken yet waits here, bounded. */
export class LiveClient {
  readonly maySeeTexts: boolean;
  readonly stream: ReadableStream<Chunk>;
  readonly #options: LiveClientOptions;
  #queue: Chunk[] = [];
  #bytes = 0;
  /** At the beginning, and after a gap. */
  #wantsWhole = true;
  #isEnding = false;
  #isGone = false;
  /** Set while the reader waits for something. */
  #waiting: ReadableStreamDefaultController<Chunk> | undefined;

  constructor(options: LiveClientOptions) {
    this.#options = options;
    this.maySeeTexts = options.maySeeTexts;
    // Nothing is asked of us before the reader has room for it.
    const strategy = { highWaterMark: 0 };
    this.stream = new ReadableStream({ pull: (to) => this.#pull(to), cancel: () => this.leave() }, strategy);
  }

  /** Bytes that wait. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /** The chunk is shared by all readers and must not change. */
  send(chunk: Chunk): void {
    if (this.#isGone || this.#isEnding || this.#wantsWhole) return;
    if (this.#waiting !== undefined) return this.#hand(this.#waiting, chunk);
    if (this.#bytes + chunk.length > QUEUE_MAX_BYTES) {
      this.#drop();
      this.#wantsWhole = true;
      return;
    }
    this.#queue.push(chunk);
    this.#bytes += chunk.length;
  }

  /** What waits is not sent any more. Idempotent. */
  end(): void {
    this.#isEnding = true;
    this.#drop();
    if (this.#waiting !== undefined) this.#close(this.#waiting);
  }

  /** Nobody reads any more. Idempotent. */
  leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#waiting = undefined;
    this.#drop();
    this.#options.onGone(this);
  }

  #pull(to: ReadableStreamDefaultController<Chunk>): void {
    if (this.#isEnding) return this.#close(to);
    if (this.#wantsWhole) {
      this.#wantsWhole = false;
      return this.#hand(to, this.#options.whole());
    }
    const next = this.#queue.shift();
    if (next === undefined) {
      this.#waiting = to;
      return;
    }
    this.#bytes -= next.length;
    this.#hand(to, next);
  }

  #hand(to: ReadableStreamDefaultController<Chunk>, chunk: Chunk): void {
    this.#waiting = undefined;
    to.enqueue(chunk);
  }

  #close(to: ReadableStreamDefaultController<Chunk>): void {
    this.#waiting = undefined;
    to.close();
    this.leave();
  }

  #drop(): void {
    this.#queue = [];
    this.#bytes = 0;
  }
}
