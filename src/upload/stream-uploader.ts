import { backoffDelayMs } from "../lib/backoff.ts";
import type { ByteBudget } from "../lib/byte-budget.ts";
import { because, failureOf } from "../lib/failure.ts";
import { sleep, unlessAborted } from "../lib/sleep.ts";
import type { Batch, BatchSource, Destination, PutFailure, PutResult } from "../pipeline.ts";
import type { UploadStats } from "../stats/agent-stats.ts";
import { compressed } from "./compress.ts";
import { nextSecond } from "./next-second.ts";
import type { FormOf } from "./object-form.ts";
import { isTight, msUntilSeal, type SealLimits } from "./seal-rule.ts";
import { type Delivered, type Trouble, UploadRecord } from "./upload-record.ts";

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

const STOPPED: PutFailure = { kind: "retry", reason: "stopped", isOutcomeKnown: true };

export interface StreamUploaderDeps {
  readonly source: BatchSource;
  readonly destination: Destination;
  readonly limits: SealLimits;
  readonly formOf: FormOf;
  /** Shared by all streams: one batch is compressed at a time. */
  readonly compressionTurns: ByteBudget;
  /** Shared by all streams: the bytes of PUT bodies in memory. */
  readonly putBudget: ByteBudget;
  /** Called after each batch that is stored. */
  readonly onStored?: () => void;
}

/**
 * Seals one stream when it is due and puts its batches, one at a time, each for as long as it takes. A batch leaves the
 * ring only when the destination holds it.
 *
 * It owns the outcome of attempts. Before one begins the ring notes it, and the note stays until it is known that
 * nothing was stored. A lost answer leaves the note, and so does an attempt that was cut off. So every attempt, in this
 * run or the next, tells the destination whether the object may exist.
 */
export class StreamUploader {
  readonly #deps: StreamUploaderDeps;
  readonly #record: UploadRecord;
  /** Ends the sleep of the loop; the second also for lines. */
  #wake: () => void = () => {};
  #wakeForLine: () => void = () => {};
  /** Tells the attempt under way that a drain has begun. */
  #onDrain: () => void = () => {};
  #isDraining = false;
  /** Lines up to this mark do not wait for `pushFrequencyMs`, see {@link mark}. */
  #flushUpTo = 0;
  /** An attempt that was given up and may still go on. The next attempt waits for its end: both would write one file. */
  #givenUp: Promise<PutResult | undefined> | undefined;
  #state: UploadStats["state"] = "idle";

  constructor(deps: StreamUploaderDeps) {
    this.#deps = deps;
    this.#record = new UploadRecord(deps.source.stream, deps.destination.label);
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

  /**
   * Seals what is held now as soon as its turn and its second have come, and no sooner: an object that is on its way, a
   * wait after a failure and the pace of names are as they are.
   */
  flush(): void {
    this.#flushUpTo = this.mark;
    this.#wake();
  }

  /** Names the newest line that is held, for {@link linesLeft}. Lines are stored in the order in which they came. */
  get mark(): number {
    return this.delivered.lines + this.#heldLines;
  }

  /** Of the lines up to `mark`, those that are not stored yet. */
  linesLeft(mark: number): number {
    return Math.max(0, Math.min(mark - this.delivered.lines, this.#heldLines));
  }

  get #heldLines(): number {
    const { sealed, unsealedLines } = this.#deps.source;
    return unsealedLines + (sealed?.lines ?? 0);
  }

  /** What keeps the destination from taking a batch; undefined when it works. */
  get trouble(): Trouble | undefined {
    return this.#record.trouble;
  }

  get delivered(): Delivered {
    return this.#record.delivered;
  }

  stats(): UploadStats {
    return { state: this.#state, ...this.#record.stats() };
  }

  /** Wakes the loop when a line changes what it waits for: the first one, or one that makes a batch due. */
  #onLine(): void {
    const { source, limits } = this.#deps;
    const isDue = source.unsealedLines >= limits.bufferLines || source.unsealedBytes >= limits.objectMaxBytes;
    if (source.unsealedLines === 1 || isDue || isTight(source)) this.#wakeForLine();
  }

  /** The sealed batch, or a new one as soon as it is due. Undefined when draining is done or `stop` fires. */
  async #nextBatch(stop: AbortSignal): Promise<Batch | undefined> {
    const { source, limits, destination, formOf } = this.#deps;
    while (!stop.aborted) {
      if (source.sealed !== undefined) return source.sealed;
      if (this.#isDraining && source.unsealedLines === 0) return undefined;
      const isAsked = this.#isDraining || this.linesLeft(this.#flushUpTo) > 0;
      const dueInMs = isAsked ? 0 : msUntilSeal(source, limits, performance.now());
      if (dueInMs > 0) {
        await this.#sleep(Math.min(dueInMs, IDLE_MS), stop, true);
        continue;
      }
      const second = await this.#takeSecond(stop);
      if (second === undefined) return undefined;
      try {
        const form = formOf(source.stream, source.oldestUnsealedAtMs ?? performance.now());
        return source.seal(second, limits.objectMaxBytes, destination.place, form);
      } catch (error) {
        await this.#wait(ringFailure("cannot seal", error), stop);
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
    let isStored = false;
    while (!stop.aborted) {
      // Anew each time: a name and the note of an attempt may have changed.
      const batch = source.sealed ?? sealed;
      try {
        const result: PutResult = isStored ? { kind: "stored" } : await this.#put(batch, stop);
        if (result.kind === "retry") {
          if (result.isOutcomeKnown && !batch.wasAttempted) source.noteNotStored();
          await this.#wait(result, stop);
          continue;
        }
        if (result.kind === "name-taken") {
          const second = await this.#takeSecond(stop);
          if (second === undefined) return;
          source.rename(second);
          this.#record.onRenamed(batch.name);
          continue;
        }
        isStored = true;
        source.acknowledge();
        this.#record.onStored(batch);
        this.#state = "idle";
        this.#deps.onStored?.();
        return;
      } catch (error) {
        if (stop.aborted) return;
        // Only the ring file throws here. An object that is stored is not sent again, only acknowledged.
        await this.#wait(ringFailure("cannot write the ring", error), stop);
      }
    }
  }

  async #put(batch: Batch, stop: AbortSignal): Promise<PutResult> {
    this.#state = "sending";
    const earlier = await this.#settledEarlier(stop);
    if (earlier?.kind === "stored") return earlier;
    const free = await this.#deps.putBudget.take(batch.bytes, stop);
    if (free === undefined) return STOPPED;
    try {
      const object = await this.#compressed(batch, stop);
      if ("kind" in object) return object;
      this.#deps.source.noteAttempt();
      return await this.#attempt(object, stop);
    } finally {
      free();
    }
  }

  /** Anew for each attempt: kept meanwhile, the objects of a store that is away would fill the memory. */
  async #compressed(batch: Batch, stop: AbortSignal): Promise<Batch | PutFailure> {
    try {
      return (await compressed(batch, this.#deps.compressionTurns, stop)) ?? STOPPED;
    } catch (error) {
      return { kind: "retry", ...because("cannot compress", failureOf(error)), isOutcomeKnown: true };
    }
  }

  /**
   * One attempt. It is cut off when `stop` fires, whatever the destination does; and some seconds after a drain has
   * begun, because an attempt that hangs must not use up the time of the one that would work.
   */
  async #attempt(batch: Batch, stop: AbortSignal): Promise<PutResult> {
    const patience = new AbortController();
    const cut = AbortSignal.any([stop, patience.signal]);
    let hurry: Timer | undefined;
    this.#onDrain = () => (hurry = setTimeout(() => patience.abort(), DRAIN_PATIENCE_MS));
    try {
      this.#record.onAttempt();
      const attempt = this.#deps.destination.put(batch, cut);
      this.#givenUp = attempt.catch(() => undefined);
      const result = await unlessAborted(attempt, cut);
      this.#givenUp = undefined;
      return result;
    } catch (error) {
      if (stop.aborted) throw error;
      const failure = patience.signal.aborted
        ? { reason: "no answer yet, and the agent is stopping", afterMs: 0 }
        : failureOf(error);
      return { kind: "retry", ...failure, isOutcomeKnown: false };
    } finally {
      clearTimeout(hurry);
      this.#onDrain = () => {};
    }
  }

  /** What became of an attempt that was given up, as soon as it has ended. */
  async #settledEarlier(stop: AbortSignal): Promise<PutResult | undefined> {
    if (this.#givenUp === undefined) return undefined;
    const earlier = await unlessAborted(this.#givenUp, stop);
    this.#givenUp = undefined;
    return earlier;
  }

  /** Waits after a failure. A drain cuts the wait short. */
  async #wait(failure: PutFailure, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return;
    this.#record.onFailure(failure);
    this.#state = "waiting";
    const failures = this.#record.trouble?.failures ?? 1;
    const delayMs = backoffDelayMs(failures, this.#isDraining ? DRAIN_BACKOFF : BACKOFF, failure.afterMs);
    await (this.#isDraining ? sleep(delayMs, stop) : this.#sleepUntilDrain(delayMs, stop));
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

function ringFailure(what: string, error: unknown): PutFailure {
  const remedy = "Free room on the disk of the base directory, and check that it can be written";
  return { kind: "retry", ...because(what, failureOf(error)), isOutcomeKnown: false, remedy };
}
