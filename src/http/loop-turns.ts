/** Work of a lower rank is not timed: it is counted by its requests. */
export const TIMED_MIN_RANK = 4096;
/**
 * Work up to it takes a millisecond or two at worst. It waits only when a turn has had much work or many requests. An
 * answer that comes later costs a sender that pipelines its connection: Bun closes one whose next request finds an answer
 * pending.
 */
const CHEAP_MAX_RANK = 128 * 1024;
/** So much work and the loop is watched, which costs it another turn: half of what a turn may have. */
const WATCH_AFTER_MS = 2;
/** Or so many requests: of those that nobody times they take about 4 ms. */
const WATCH_AFTER_REQUESTS = 128;
/** In each so many turns the work that has waited longest comes first. */
const OLDEST_EVERY_TURNS = 4;
/** Answers that one connection gets in a turn before it counts as one that sends without waiting for them. */
const PIPELINED_MAX = 16;
/** In a turn of many requests, one of so many is asked for its connection, which costs a tenth of a small request. */
const NAMED_EVERY = 4;
/** What is left of a turn that has lasted so long waits for the next one. */
const TURN_MAX_MS = 4;

interface Waiting {
  readonly rank: number;
  /** What each that waits will have had when this one would end, were all of them done side by side; in bytes. */
  readonly due: number;
  readonly run: () => void;
}

export interface LoopTurnsOptions {
  /** Monotonic. */
  readonly nowMs?: () => number;
  /** Calls its argument in the next turn of the event loop, after what has come in meanwhile. */
  readonly nextTurn?: (run: () => void) => void;
}

/**
 * Takes turns on the event loop. A turn answers every connection that has something; with many that each send costly
 * bodies it would last as long as all of those together, and nobody would be heard before its end. So work is done at
 * once only in the first milliseconds of a turn; after that it waits for the next ones, and what comes in between is heard.
 *
 * What waits is done in the order in which it would end, were all of it done side by side (the Fair Sojourn Protocol,
 * Friedman and Henderson 2003). So the small goes before the large that has just come, what is about alike goes in the
 * order in which it came, and nobody ends later than with an equal share.
 */
export class LoopTurns {
  readonly #nowMs: () => number;
  readonly #nextTurn: (run: () => void) => void;
  #isWatching = false;
  #watchedSinceMs = 0;
  #workedMs = 0;
  #requests = 0;
  #turns = 0;
  /** What each that waits would have had by now, in bytes. */
  #sharedBytes = 0;
  /** In the order in which they came. */
  readonly #waiting: Waiting[] = [];
  readonly #requestsByConnection = new Map<string, number>();

  constructor({ nowMs = () => performance.now(), nextTurn = setImmediate }: LoopTurnsOptions = {}) {
    this.#nowMs = nowMs;
    this.#nextTurn = nextTurn;
  }

  /** Pieces of work that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Does `work`, now where the turn has room for it, else in a later one. `rank` says what it costs, in bytes; finite.
   * `onWait` is called when it has to wait, with a function that takes it out and settles it with something else. Throws
   * what `work` throws, or rejects with it.
   */
  run<T>(rank: number, work: () => T, onWait?: (leave: (instead: T) => void) => void): T | Promise<T> {
    if (this.#isFull(rank)) return this.#later(rank, work, onWait);
    if (rank < TIMED_MIN_RANK) return work();
    const beganAtMs = this.#nowMs();
    try {
      return work();
    } finally {
      this.#workedMs += this.#nowMs() - beganAtMs;
      if (this.#workedMs > WATCH_AFTER_MS) this.#watch(this.#workedMs);
    }
  }

  /** Whether there is room in this turn for work of so low a rank that nobody need time it. It can do without {@link run}. */
  isFree(rank: number): boolean {
    return rank < TIMED_MIN_RANK && !this.#isFull(rank);
  }

  /**
   * Call it for each request; `connectionOf` names where it came from and is called rarely. True when that connection has
   * had so many answers in this turn that it sends without waiting for them (pipelining): Bun goes on with such a
   * connection for as long as it sends, and hears nobody else. Close it.
   */
  isHogged<T>(request: T, connectionOf: (request: T) => string | undefined): boolean {
    if (++this.#requests === WATCH_AFTER_REQUESTS) this.#watch();
    if (this.#requests <= WATCH_AFTER_REQUESTS || this.#requests % NAMED_EVERY > 0) return false;
    const name = connectionOf(request);
    if (name === undefined) return false;
    const requests = (this.#requestsByConnection.get(name) ?? 0) + NAMED_EVERY;
    this.#requestsByConnection.set(name, requests);
    return requests > PIPELINED_MAX;
  }

  /** Whether work of this rank has to wait for a later turn. */
  #isFull(rank: number): boolean {
    const isQuiet = this.#requests <= WATCH_AFTER_REQUESTS && this.#workedMs <= TURN_MAX_MS;
    if (rank <= CHEAP_MAX_RANK && isQuiet) return this.#waiting.some(({ due }) => due < this.#dueOf(rank));
    return this.#waiting.length > 0 || (this.#isWatching && this.#nowMs() - this.#watchedSinceMs > TURN_MAX_MS);
  }

  #later<T>(rank: number, work: () => T, onWait?: (leave: (instead: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): void => {
        try {
          resolve(work());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const waiting = { rank, due: this.#dueOf(rank), run };
      this.#waiting.push(waiting);
      this.#watch();
      onWait?.((instead) => {
        this.#takeOut(waiting);
        resolve(instead);
      });
    });
  }

  /** From now on; `workedMs` of the turn have passed. */
  #watch(workedMs = 0): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#watchedSinceMs = this.#nowMs() - workedMs;
    this.#nextTurn(() => this.#onTurn());
  }

  #onTurn(): void {
    this.#isWatching = false;
    this.#workedMs = 0;
    this.#requests = 0;
    this.#requestsByConnection.clear();
    const beganAtMs = this.#nowMs();
    // Nobody waits for ever, whatever the rank.
    if (++this.#turns % OLDEST_EVERY_TURNS === 0) this.#do(this.#waiting[0]);
    do this.#do(this.#first());
    while (this.#waiting.length > 0 && this.#nowMs() - beganAtMs < TURN_MAX_MS);
    if (this.#waiting.length > 0) this.#watch();
  }

  #do(waiting: Waiting | undefined): void {
    if (waiting === undefined) return;
    this.#sharedBytes += waiting.rank / this.#waiting.length;
    this.#takeOut(waiting);
    waiting.run();
  }

  /** Does nothing when it is out. */
  #takeOut(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #dueOf(rank: number): number {
    return this.#sharedBytes + rank;
  }

  /** What is due first. */
  #first(): Waiting | undefined {
    let first = this.#waiting[0];
    for (const waiting of this.#waiting) {
      if (first !== undefined && waiting.due < first.due) first = waiting;
    }
    return first;
  }
}
