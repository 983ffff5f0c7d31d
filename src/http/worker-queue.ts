import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import type { Sender } from "../pipeline.ts";
import type { Body } from "./body.ts";
import { claimedBytes } from "./claimed-bytes.ts";
import { costBytes, type Decoded, type Form, refusedAs } from "./decode-body.ts";
import { DecodeThread, type Job } from "./decode-thread.ts";
import { transferable } from "./give-back.ts";
import type { Reason } from "./refusals.ts";

/** Bodies that may wait for the Worker. */
export const WAITING_MAX = 64;
/** Half of the time that an SDK gives to a request and its repetitions. */
export const WAIT_MAX_MS = 5000;

export interface WorkerQueueOptions {
  readonly thread?: DecodeThread;
  readonly clock?: Clock;
}

/** Who sends a body, and whether somebody still waits for the answer. */
export interface Origin {
  readonly sender: Sender;
  readonly gone: AbortSignal;
}

interface Waiting {
  readonly body: Body;
  readonly job: Job;
  readonly origin: Origin;
  readonly settle: (decoded: Decoded) => void;
  readonly fail: (error: Error) => void;
  /** Ends what would end the waiting. */
  stopWaiting: () => void;
}

const log = logOf("http");

/**
 * Bodies that would keep the event loop from everybody else, decoded by a Worker, one after the other. One that looks
 * quick goes before one that looks slow; one that turns out to be slow waits again. What waits holds only what was sent.
 */
export class WorkerQueue {
  readonly #thread: DecodeThread;
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #isBusy = false;
  #isClosed = false;
  #decoded = 0;
  #failures = 0;
  #lastFailure: string | undefined;

  constructor({ clock = SYSTEM_CLOCK, thread = new DecodeThread({ clock }) }: WorkerQueueOptions = {}) {
    this.#thread = thread;
    this.#clock = clock;
  }

  /** Bodies that wait for the Worker. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether there is a Worker now. */
  get isRunning(): boolean {
    return this.#thread.isRunning;
  }

  /** Bodies that the Worker has decoded, or refused. */
  get decoded(): number {
    return this.#decoded;
  }

  /** Bodies with which a Worker has failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Of the body at work, decompressed. */
  get inflatedBytes(): number {
    return this.#thread.inflatedBytes;
  }

  /**
   * Decodes a body, whose bytes are gone then. `isSlow`: the fast half of the codec has left it. Refuses it when too
   * many wait that cost less, when it has waited 5 s, and when its sender is gone. Rejects for a defect of ours only.
   */
  decode(body: Body, form: Form, isSlow: boolean, origin: Origin): Promise<Decoded> {
    const { bytes } = body;
    const inflatedMaxBytes = isSlow ? form.maxRequestBytes : claimedBytes(bytes, form);
    return new Promise((settle, fail) => {
      const job = { body: transferable(bytes), form, isSlow, inflatedMaxBytes };
      this.#enter({ body, job, origin, settle, fail, stopWaiting: () => {} });
      this.#next();
    });
  }

  /** Refuses what waits, and ends the Worker. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    for (const waiting of this.#waiting) this.#leave(waiting, "stopping");
    this.#thread.end();
  }

  #enter(waiting: Waiting): void {
    if (this.#isClosed) return waiting.settle(refusedAs("stopping"));
    const { body, origin } = waiting;
    const stopTimer = this.#clock.after(WAIT_MAX_MS, () => this.#leave(waiting, "worker-busy"));
    const onGone = (): void => this.#leave(waiting, "broken-off");
    origin.gone.addEventListener("abort", onGone, { once: true });
    waiting.stopWaiting = () => {
      stopTimer();
      origin.gone.removeEventListener("abort", onGone);
      body.start();
    };
    body.wait((reason) => this.#leave(waiting, reason));
    this.#waiting.add(waiting);
    if (origin.gone.aborted) onGone();
    if (this.#waiting.size > WAITING_MAX) this.#leave(this.#find(isCostlier), "worker-busy");
  }

  #leave(waiting: Waiting | undefined, reason: Reason): void {
    if (waiting === undefined || !this.#waiting.delete(waiting)) return;
    waiting.stopWaiting();
    waiting.settle(refusedAs(reason));
  }

  #next(): void {
    const next = this.#isBusy ? undefined : this.#find((a, b) => isCostlier(b, a));
    if (next === undefined) return;
    this.#waiting.delete(next);
    next.stopWaiting();
    this.#isBusy = true;
    void this.#run(next).finally(() => {
      this.#isBusy = false;
      this.#next();
    });
  }

  async #run({ job, ...waiting }: Waiting): Promise<void> {
    const answer = await this.#thread.run(job).catch((error: unknown) => this.#failed(error));
    switch (answer.kind) {
      case "decoded":
      case "refused":
        this.#decoded++;
        waiting.settle(answer);
        break;
      case "left": {
        // What it claimed to grow to was not true, or it is slow; either way it has had its quick try.
        const inflatedMaxBytes = job.form.maxRequestBytes;
        this.#enter({ ...waiting, job: { ...job, body: answer.body, isSlow: answer.isSlow, inflatedMaxBytes } });
        break;
      }
      case "defect":
        waiting.fail(new Error(answer.error));
        break;
    }
  }

  #failed(error: unknown): Decoded {
    if (this.#isClosed) return refusedAs("stopping");
    this.#failures++;
    const message = errorText(error);
    if (message !== this.#lastFailure) {
      log.error("The Worker for large bodies failed; the next one gets a new Worker", { error: message });
    }
    this.#lastFailure = message;
    return refusedAs("worker-failed");
  }

  /** The one that `isBefore` all others. */
  #find(isBefore: (a: Waiting, b: Waiting) => boolean): Waiting | undefined {
    let found: Waiting | undefined;
    for (const waiting of this.#waiting) if (found === undefined || isBefore(waiting, found)) found = waiting;
    return found;
  }
}

/** Our own senders' bodies cost nothing here. */
function isCostlier(a: Waiting, b: Waiting): boolean {
  return rankOf(a) > rankOf(b);
}

function rankOf({ job, origin }: Waiting): number {
  return origin.sender === "own" ? 0 : costBytes(job.inflatedMaxBytes, job.isSlow);
}
