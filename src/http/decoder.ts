import type { Sender } from "../pipeline.ts";
import type { Body } from "./body.ts";
import { claimedBytes } from "./claimed-bytes.ts";
import {
  costBytes,
  type Decoded,
  decodeQuickly,
  decodeSlowly,
  type Form,
  type Outcome,
  refusedAs,
} from "./decode-body.ts";
import { giveBack } from "./give-back.ts";
import type * as Inflate from "./inflate-body.ts";
import { type LoopTurns, TIMED_MIN_RANK } from "./loop-turns.ts";
import type { WorkerQueue } from "./worker-queue.ts";

/**
 * What is decoded on the event loop takes some milliseconds at worst. Longer bodies, decompressed or not, do not, nor do
 * longer lines made of protobuf: of nothing but numbers, whose digits are what takes the time.
 */
const HERE_MAX_BYTES = 512 * 1024;
/** Nor do compressed bodies that are longer as they were sent: of nothing but empty frames. */
const HERE_SENT_MAX_BYTES = 256 * 1024;
/** Nor do those for the slow half of the codec, which takes so much longer for a byte. */
const HERE_SLOW_MAX_BYTES = 8 * 1024;
/** Of garbage that it leaves, a string for each number for one. */
const SLOW_GARBAGE = 32;

export interface DecoderOptions {
  readonly turns: LoopTurns;
  readonly queue: WorkerQueue;
  /** Called for each body with the bytes of memory it took here: as it came, decompressed, and as garbage. */
  readonly onBody: (bytes: number) => void;
  /** Called for each body that has to wait for a later turn of the loop. */
  readonly onWait: () => void;
}

/** A body, and what is to be done with what is in it. */
export interface Task<T> {
  readonly body: Body;
  readonly form: Form;
  readonly sender: Sender;
  /** Fires when nobody waits for the answer any more. */
  gone(): AbortSignal;
  /** Called once, with memory that is valid only meanwhile. */
  store(decoded: Decoded): T;
}

/** What would have taken too long here. */
class Left {
  readonly isSlow: boolean;
  readonly bytes: number;

  constructor(isSlow: boolean, bytes: number) {
    this.isSlow = isSlow;
    this.bytes = bytes;
  }
}

/** Decides where and when a body is decoded: here at once, here in a later turn of the loop, or in the Worker. */
export class Decoder {
  readonly #turns: LoopTurns;
  readonly #queue: WorkerQueue;
  readonly #onBody: (bytes: number) => void;
  readonly #onWait: () => void;
  /** Loaded with the first body that is compressed or not UTF-8. */
  #inflate: typeof Inflate.inflateBody | undefined;

  constructor({ turns, queue, onBody, onWait }: DecoderOptions) {
    this.#turns = turns;
    this.#queue = queue;
    this.#onBody = onBody;
    this.#onWait = onWait;
  }

  /** Decodes the body and stores what is in it, or stores why not. Throws or rejects for a defect of ours only. */
  decode<T>(task: Task<T>): T | Promise<T> {
    const { bytes } = task.body;
    const isCompressed = task.form.contentEncoding !== "identity";
    if (isCompressed || task.form.charset !== "utf-8") this.#inflate ??= loadInflate();
    const claimed = claimedBytes(bytes, task.form);
    if (claimed > HERE_MAX_BYTES || (isCompressed && bytes.length > HERE_SENT_MAX_BYTES)) {
      return this.#inWorker(task, false);
    }
    const tried = this.#here(task, claimed, false);
    if (tried instanceof Promise) return tried.then((later) => this.#goOn(task, later));
    return this.#goOn(task, tried);
  }

  #goOn<T>(task: Task<T>, tried: T | Left): T | Promise<T> {
    if (!(tried instanceof Left)) return tried;
    // The line of so short a body is short, whatever is in it: it was left for something else.
    if (tried.bytes > HERE_SLOW_MAX_BYTES) return this.#inWorker(task, tried.isSlow);
    const done = this.#here(task, tried.bytes, true);
    if (done instanceof Promise) return done.then((later) => this.#goOn(task, later));
    return this.#goOn(task, done);
  }

  /** On the event loop, at once or later. */
  #here<T>(task: Task<T>, claimed: number, isSlow: boolean): T | Left | Promise<T | Left> {
    const rank = task.sender === "own" ? 0 : costBytes(claimed, isSlow);
    if (this.#turns.isFree(rank)) return this.#now(task, claimed, isSlow);
    let gone: AbortSignal | undefined;
    return this.#turns.run<T | Left>(
      rank,
      // Whoever gave up sends it again: stored now, it would be there twice.
      () => (gone?.aborted === true ? task.store(refusedAs("broken-off")) : this.#now(task, claimed, isSlow)),
      (leave) => {
        this.#onWait();
        gone = task.gone();
        task.body.wait((reason) => leave(task.store(refusedAs(reason))));
      },
    );
  }

  #now<T>(task: Task<T>, claimed: number, isSlow: boolean): T | Left {
    const { body, form } = task;
    body.start();
    const inflated = this.#inflate === undefined ? body.bytes : this.#inflate(body.bytes, form, claimed);
    // Nobody knows how long it is: longer than it claimed.
    if (!(inflated instanceof Uint8Array)) return settled(task, inflated, Number.POSITIVE_INFINITY);
    const isCopy = inflated !== body.bytes;
    this.#onBody(body.bytes.length + (isCopy ? inflated.length : 0) + (isSlow ? SLOW_GARBAGE * inflated.length : 0));
    const outcome = isSlow ? decodeSlowly(inflated, form) : decodeQuickly(inflated, form, HERE_MAX_BYTES);
    const result = settled(task, outcome, inflated.length);
    if (isCopy) giveBack(inflated);
    return result;
  }

  async #inWorker<T>(task: Task<T>, isSlow: boolean): Promise<T> {
    const { body, form, sender } = task;
    this.#onBody(body.bytes.length);
    const gone = task.gone();
    const decoded = await this.#queue.decode(body, form, isSlow, { sender, gone });
    // Soon, because of the memory; but 16 MiB take their time to be copied into the ring.
    return this.#turns.run(TIMED_MIN_RANK, () => {
      const result = task.store(gone.aborted ? refusedAs("broken-off") : decoded);
      if (decoded.kind === "decoded" && decoded.request.line !== undefined) giveBack(decoded.request.line);
      return result;
    });
  }
}

/** At once, not by import(): an answer that is pending costs a sender that pipelines its connection. */
function loadInflate(): typeof Inflate.inflateBody {
  const { inflateBody }: typeof Inflate = require("./inflate-body.ts");
  return inflateBody;
}

function settled<T>(task: Task<T>, outcome: Outcome, bytes: number): T | Left {
  return outcome.kind === "left" ? new Left(outcome.isSlow, bytes) : task.store(outcome);
}
