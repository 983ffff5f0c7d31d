import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import { errorText } from "../lib/error-text.ts";
import type { Decoded, Form } from "./decode-body.ts";

/** The worst 16 MiB take less than three seconds of a busy core. */
const RUN_MAX_MS = 30_000;
/** A sender of large bodies sends them one after the other. */
const KEPT_MS = 5000;

/** What the Worker is asked. The memory of `body` goes with it. */
export interface Job {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly form: Form;
  /** Whether the slow half of the codec is wanted; else the fast one, which may leave the body. */
  readonly isSlow: boolean;
  /** A body that grows beyond it when decompressed is left. */
  readonly inflatedMaxBytes: number;
}

/** What the Worker answers. The memory of a line, or of a body that was left, comes with it. */
export type Answer =
  | Decoded
  | { readonly kind: "left"; readonly isSlow: boolean; readonly body: Uint8Array<ArrayBuffer> }
  | { readonly kind: "defect"; readonly error: string };

/** Comes before the answer: so many bytes of a body are now in memory decompressed. */
export interface Progress {
  readonly kind: "inflated";
  readonly bytes: number;
}

/** The Worker as it is seen from here. */
export interface Thread {
  /** The memory of the job's body is gone afterwards. */
  post(job: Job): void;
  end(): void;
}

export interface ThreadEvents {
  message(message: Answer | Progress): void;
  /** The thread has ended, or cannot be used any more. */
  failed(reason: string): void;
}

export interface DecodeThreadOptions {
  readonly start?: (events: ThreadEvents) => Thread;
  readonly clock?: Clock;
}

/** The Worker has failed with a body; the next one gets a new Worker. */
export class ThreadError extends Error {
  override readonly name = "ThreadError";
}

/** The Worker that decodes bodies: started when there is one to decode, ended when there has been none for a while. */
export class DecodeThread {
  readonly #start: (events: ThreadEvents) => Thread;
  readonly #clock: Clock;
  #thread: Thread | undefined;
  #answer: PromiseWithResolvers<Answer> | undefined;
  #inflatedBytes = 0;
  #number = 0;
  #stopTimer: () => void = () => {};

  constructor({ start = startWorker, clock = SYSTEM_CLOCK }: DecodeThreadOptions = {}) {
    this.#start = start;
    this.#clock = clock;
  }

  get isRunning(): boolean {
    return this.#thread !== undefined;
  }

  /** Of the body at work, decompressed. */
  get inflatedBytes(): number {
    return this.#inflatedBytes;
  }

  /**
   * Decodes a body. One at a time: call it again when it has settled. Rejects with ThreadError when the Worker fails or
   * takes longer than 30 s, and when {@link end} is called.
   */
  run(job: Job): Promise<Answer> {
    this.#stopTimer();
    this.#answer = Promise.withResolvers();
    const { promise } = this.#answer;
    try {
      this.#thread ??= this.#start(this.#events());
      this.#stopTimer = this.#clock.after(RUN_MAX_MS, () => this.#fail(`no answer in ${RUN_MAX_MS / 1000} s`));
      this.#thread.post(job);
    } catch (error) {
      this.#fail(errorText(error));
    }
    return promise;
  }

  /** Ends the Worker. Safe to call twice. */
  end(): void {
    this.#fail("it was ended");
  }

  /** For a thread that is about to start. What one that has ended still says is not heard. */
  #events(): ThreadEvents {
    const number = ++this.#number;
    const isHeard = (): boolean => number === this.#number;
    return {
      message: (message) => {
        if (isHeard()) this.#onMessage(message);
      },
      failed: (reason) => {
        if (isHeard()) this.#fail(reason);
      },
    };
  }

  #onMessage(message: Answer | Progress): void {
    if (message.kind === "inflated") {
      this.#inflatedBytes = message.bytes;
      return;
    }
    this.#settle()?.resolve(message);
    this.#stopTimer = this.#clock.after(KEPT_MS, () => this.end());
  }

  #fail(reason: string): void {
    const answer = this.#settle();
    this.#thread?.end();
    this.#thread = undefined;
    this.#number++;
    answer?.reject(new ThreadError(`Cannot decode in the Worker: ${reason}`));
  }

  /** The body at work has come to its end. */
  #settle(): PromiseWithResolvers<Answer> | undefined {
    const answer = this.#answer;
    this.#answer = undefined;
    this.#inflatedBytes = 0;
    this.#stopTimer();
    return answer;
  }
}

/** Its file is an entry point of its own in the executable (build.ts). */
function startWorker(events: ThreadEvents): Thread {
  const worker = new Worker(new URL("./decode-worker.ts", import.meta.url).href);
  // It keeps nobody from ending.
  worker.unref();
  worker.onmessage = ({ data }: MessageEvent<Answer | Progress>) => events.message(data);
  worker.onerror = (event) => events.failed(event.message);
  worker.addEventListener("close", () => events.failed("it ended by itself"));
  return { post: (job) => worker.postMessage(job, [job.body.buffer]), end: () => worker.terminate() };
}
