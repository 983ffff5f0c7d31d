import { backoffDelayMs } from "../lib/backoff.ts";
import type { ByteBudget } from "../lib/byte-budget.ts";
import { logOf } from "../lib/log.ts";
import { sleep } from "../lib/sleep.ts";
import type { Batch, BatchSource, Destination, PutResult, Stats } from "../pipeline.ts";
import { nextSecond } from "./next-second.ts";
import { msUntilSeal, type SealLimits } from "./seal-rule.ts";

/** Growth of the delay between attempts: a store that is away for hours is asked every half minute. */
const BACKOFF = { initialMs: 500, maxMs: 30_000 };
/** While draining every second counts. */
const DRAIN_BACKOFF = { initialMs: 100, maxMs: 1000 };
/** Longest wait for a wake-up that should have come by itself. */
const IDLE_MS = 60_000;

const log = logOf("upload");

export interface StreamUploaderDeps {
  readonly source: BatchSource;
  readonly destination: Destination;
  readonly limits: SealLimits;
  /** Shared by all streams: the bytes of PUT bodies in memory. */
  readonly putBudget: ByteBudget;
}

/**
 * Seals one stream when it is due and puts its batches, one at a time, each for as long as it takes. A batch leaves the
 * ring only when the destination holds it.
 */
export class StreamUploader {
  readonly #deps: StreamUploaderDeps;
  #wake: () => void = () => {};
  #isDraining = false;
  #isFlushWanted = false;
  #failures = 0;
  #failingSinceMs = 0;
  #objects = 0;
  #bytes = 0;
  #lines = 0;
  #retries = 0;
  #renames = 0;
  #lastObject: Stats | null = null;
  #lastError: string | null = null;
  #state: "idle" | "sending" | "waiting" = "idle";

  constructor(deps: StreamUploaderDeps) {
    this.#deps = deps;
  }

  /** Runs until the ring is empty in a drain, or until `stop` fires. Rejects for no failure of the destination. */
  async run(stop: AbortSignal): Promise<void> {
    this.#deps.source.onLine(() => this.#onLine());
    while (!stop.aborted) {
      const batch = await this.#nextBatch(stop);
      if (batch === undefined) break;
      await this.#deliver(batch, stop);
    }
    this.#deps.source.onLine(undefined);
    this.#state = "idle";
  }

  /** Seals and sends what is there now, without waiting for its age. */
  flush(): void {
    this.#isFlushWanted = true;
    this.#wake();
  }

  /** From now on: send everything, then end {@link run}. */
  drain(): void {
    this.#isDraining = true;
    this.#wake();
  }

  /** How often the destination has failed since it last took a batch, and why; undefined when it works. */
  get trouble(): { readonly failures: number; readonly sinceMs: number; readonly reason: string } | undefined {
    if (this.#failures === 0) return undefined;
    return { failures: this.#failures, sinceMs: this.#failingSinceMs, reason: this.#lastError ?? "" };
  }

  stats(): Stats {
    return {
      state: this.#state,
      objects: this.#objects,
      uploaded_bytes: this.#bytes,
      uploaded_lines: this.#lines,
      retries: this.#retries,
      renames: this.#renames,
      last_object: this.#lastObject,
      last_error: this.#lastError,
    };
  }

  /** Wakes the loop when a line changes what it waits for: the first one, or one that makes a batch due. */
  #onLine(): void {
    const { source, limits } = this.#deps;
    const isDue = source.unsealedLines >= limits.bufferLines || source.unsealedBytes >= limits.objectMaxBytes;
    if (source.unsealedLines === 1 || isDue || this.#isHalfFull()) this.#wake();
  }

  #isHalfFull(): boolean {
    return this.#deps.source.usedBytes > this.#deps.source.capacityBytes / 2;
  }

  /** The sealed batch, or a new one as soon as it is due. Undefined when draining is done or `stop` fires. */
  async #nextBatch(stop: AbortSignal): Promise<Batch | undefined> {
    const { source, limits } = this.#deps;
    while (!stop.aborted) {
      if (source.sealed !== undefined) return source.sealed;
      if (source.unsealedLines === 0) {
        this.#isFlushWanted = false;
        if (this.#isDraining) return undefined;
      }
      const isWanted = (this.#isFlushWanted || this.#isDraining) && source.unsealedLines > 0;
      const dueInMs = isWanted ? 0 : msUntilSeal(source, limits, performance.now());
      if (dueInMs > 0) {
        await this.#sleep(Math.min(dueInMs, IDLE_MS), stop);
        continue;
      }
      const second = await this.#takeSecond(stop);
      if (second === undefined) return undefined;
      this.#isFlushWanted = false;
      try {
        return source.seal(second, limits.objectMaxBytes);
      } catch (error) {
        await this.#wait({ kind: "retry", reason: `cannot seal: ${String(error)}` }, stop);
      }
    }
    return undefined;
  }

  /** The second for the next object name; waits for it where names may not run ahead. Undefined when `stop` fires. */
  async #takeSecond(stop: AbortSignal): Promise<number | undefined> {
    const { source } = this.#deps;
    while (!stop.aborted) {
      const mayRunAhead = this.#isDraining || this.#isHalfFull();
      const next = nextSecond({ nowMs: Date.now(), lastSecond: source.lastObjectSecond, mayRunAhead });
      if ("second" in next) return next.second;
      await this.#sleep(next.waitMs, stop);
    }
    return undefined;
  }

  /** Puts the batch until the destination holds it. Returns early only when `stop` fires. */
  async #deliver(sealed: Batch, stop: AbortSignal): Promise<void> {
    const { source } = this.#deps;
    let batch = sealed;
    let isStored = false;
    while (!stop.aborted) {
      try {
        const result: PutResult = isStored ? { kind: "stored" } : await this.#put(batch, stop);
        if (result.kind === "retry") {
          await this.#wait(result, stop);
          continue;
        }
        if (result.kind === "exists") {
          const second = await this.#takeSecond(stop);
          if (second === undefined) return;
          log.warn("Object name taken by other bytes; the batch goes out under the next one", { taken: batch.name });
          batch = source.rename(second);
          this.#renames++;
          continue;
        }
        isStored = true;
        const stored = { name: batch.name, at: new Date().toISOString(), bytes: batch.bytes, lines: batch.lines };
        source.acknowledge();
        this.#onStored(stored);
        return;
      } catch (error) {
        if (stop.aborted) return;
        // Only the ring file throws here. The object may be stored; it is not sent again, only acknowledged.
        await this.#wait({ kind: "retry", reason: `cannot write the ring: ${String(error)}` }, stop);
      }
    }
  }

  async #put(batch: Batch, stop: AbortSignal): Promise<PutResult> {
    this.#state = "sending";
    const free = await this.#deps.putBudget.take(batch.bytes, stop);
    if (free === undefined) return { kind: "retry", reason: "stopped" };
    try {
      return await this.#deps.destination.put(batch, stop);
    } finally {
      free();
    }
  }

  /** Counts a failure, tells the first one of a kind, and waits. A drain cuts the wait short. */
  async #wait(result: PutResult & { kind: "retry" }, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return;
    this.#failures++;
    this.#retries++;
    if (this.#failures === 1) this.#failingSinceMs = performance.now();
    const { stream } = this.#deps.source;
    if (this.#failures === 1 || this.#lastError !== result.reason) {
      log.warn("Cannot upload; trying again until it works", {
        stream,
        to: this.#deps.destination.label,
        reason: result.reason,
      });
    }
    this.#lastError = result.reason;
    this.#state = "waiting";
    const backoff = this.#isDraining ? DRAIN_BACKOFF : BACKOFF;
    const delayMs = backoffDelayMs(this.#failures, backoff, result.afterMs);
    await (this.#isDraining ? sleep(delayMs, stop) : this.#sleepUntilDrain(delayMs, stop));
  }

  #onStored(object: { name: string; at: string; bytes: number; lines: number }): void {
    if (this.#failures > 0) {
      const { stream } = this.#deps.source;
      const seconds = Math.round((performance.now() - this.#failingSinceMs) / 1000);
      log.info("Uploads work again", { stream, failures: this.#failures, seconds });
    }
    this.#failures = 0;
    this.#objects++;
    this.#bytes += object.bytes;
    this.#lines += object.lines;
    this.#lastObject = object;
    this.#state = "idle";
  }

  /** Sleeps, but no longer than until something happens: a line that matters, a flush, a drain. */
  async #sleep(ms: number, stop: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await sleep(ms, AbortSignal.any([stop, woken.signal]));
    this.#wake = () => {};
  }

  /** Lines that come in do not shorten the delay after a failure; only a drain or a flush does. */
  async #sleepUntilDrain(ms: number, stop: AbortSignal): Promise<void> {
    const endAtMs = performance.now() + ms;
    while (!stop.aborted && !this.#isDraining && !this.#isFlushWanted && performance.now() < endAtMs) {
      await this.#sleep(endAtMs - performance.now(), stop);
    }
  }
}
