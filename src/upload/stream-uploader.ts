import { errorText } from "../lib/error-text.ts";
import { backoffDelayMs } from "../lib/backoff.ts";
import type { ByteBudget } from "../lib/byte-budget.ts";
import { logOf } from "../lib/log.ts";
import { sleep, unlessAborted } from "../lib/sleep.ts";
import type { Batch, BatchSource, Destination, PutResult, Stats } from "../pipeline.ts";
import { nextSecond } from "./next-second.ts";
import { isTight, msUntilSeal, type SealLimits } from "./seal-rule.ts";

/** Growth of the delay between attempts: a store that is away for hours is asked every half minute. */
const BACKOFF = { initialMs: 500, maxMs: 30_000 };
/** While draining every second counts. */
const DRAIN_BACKOFF = { initialMs: 100, maxMs: 1000 };
/** What an attempt that was under way gets when a drain begins. */
const DRAIN_PATIENCE_MS = 8000;
/** How often a wait for the next second looks whether the ring has become tight. */
const SECOND_POLL_MS = 50;
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
  /** Ends the sleep of the loop; the second also for lines. */
  #wake: () => void = () => {};
  #wakeForLine: () => void = () => {};
  /** Tells the attempt under way that a drain has begun. */
  #onDrain: () => void = () => {};
  #isDraining = false;
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

  /** From now on: send everything, then end {@link run}. */
  drain(): void {
    this.#isDraining = true;
    this.#wake();
    this.#onDrain();
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
    if (source.unsealedLines === 1 || isDue || isTight(source)) this.#wakeForLine();
  }

  /** The sealed batch, or a new one as soon as it is due. Undefined when draining is done or `stop` fires. */
  async #nextBatch(stop: AbortSignal): Promise<Batch | undefined> {
    const { source, limits, destination } = this.#deps;
    while (!stop.aborted) {
      if (source.sealed !== undefined) return source.sealed;
      if (this.#isDraining && source.unsealedLines === 0) return undefined;
      const dueInMs = this.#isDraining ? 0 : msUntilSeal(source, limits, performance.now());
      if (dueInMs > 0) {
        await this.#sleep(Math.min(dueInMs, IDLE_MS), stop, true);
        continue;
      }
      const second = await this.#takeSecond(stop);
      if (second === undefined) return undefined;
      try {
        return source.seal(second, limits.objectMaxBytes, destination.place);
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
      const mayRunAhead = this.#isDraining || isTight(source);
      const next = nextSecond({ nowMs: Date.now(), lastSecond: source.lastObjectSecond, mayRunAhead });
      if ("second" in next) return next.second;
      await this.#sleep(Math.min(next.waitMs, SECOND_POLL_MS), stop);
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
        // Only the ring file throws here. An object that is stored is not sent again, only acknowledged.
        await this.#wait({ kind: "retry", reason: `cannot write the ring: ${String(error)}` }, stop);
      }
    }
  }

  /**
   * One attempt. It is cut off when `stop` fires, whatever the destination does; and some seconds after a drain has
   * begun, because an attempt that hangs must not use up the time of the one that would work.
   */
  async #put(batch: Batch, stop: AbortSignal): Promise<PutResult> {
    this.#state = "sending";
    const free = await this.#deps.putBudget.take(batch.bytes, stop);
    if (free === undefined) return { kind: "retry", reason: "stopped" };
    const attempt = new AbortController();
    const cut = AbortSignal.any([stop, attempt.signal]);
    let hurry: Timer | undefined;
    this.#onDrain = () => (hurry = setTimeout(() => attempt.abort(), DRAIN_PATIENCE_MS));
    try {
      this.#deps.source.noteSent();
      return await unlessAborted(this.#deps.destination.put(batch, cut), cut);
    } catch (error) {
      if (stop.aborted) throw error;
      if (attempt.signal.aborted)
        return { kind: "retry", reason: "no answer yet, and the agent is stopping", afterMs: 0 };
      return { kind: "retry", reason: errorText(error) };
    } finally {
      clearTimeout(hurry);
      this.#onDrain = () => {};
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

  /** Sleeps, but no longer than until something happens: a line that matters, a drain. */
  async #sleep(ms: number, stop: AbortSignal, isForLines = false): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    if (isForLines) this.#wakeForLine = this.#wake;
    await sleep(ms, AbortSignal.any([stop, woken.signal]));
    this.#wake = () => {};
    this.#wakeForLine = this.#wake;
  }

  /** Lines that come in do not shorten the delay after a failure; only a drain does. */
  async #sleepUntilDrain(ms: number, stop: AbortSignal): Promise<void> {
    const endAtMs = performance.now() + ms;
    while (!stop.aborted && !this.#isDraining && performance.now() < endAtMs) {
      await this.#sleep(endAtMs - performance.now(), stop);
    }
  }
}
