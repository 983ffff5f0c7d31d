import type { Sender } from "../pipeline.ts";
import { claimedBytes } from "./claimed-bytes.ts";
import { decodeQuickly, decodeSlowly, type Form, type Outcome } from "./decode-body.ts";
import { giveBack } from "./give-back.ts";
import type { inflateBody as InflateBody } from "./inflate-body.ts";
import type { LoopTurns } from "./loop-turns.ts";
import type { Body } from "./read-body.ts";
import { type Reason, refuse } from "./refusals.ts";
import type { Decoded, WorkerQueue } from "./worker-queue.ts";

/** What is decoded on the event loop takes some milliseconds at worst. Longer bodies, decompressed or not, do not. */
const HERE_MAX_BYTES = 1024 * 1024;
/** Nor do lines that are longer, made of protobuf: of nothing but numbers, whose digits are what takes the time. */
const HERE_LINE_MAX_BYTES = 512 * 1024;
/** Nor do compressed bodies that are longer as they were sent: of nothing but empty frames. */
const HERE_SENT_MAX_BYTES = 256 * 1024;
/** The slow half of the codec takes up to a hundred times as long for a byte. */
const HERE_SLOW_MAX_BYTES = 16 * 1024;
/** Of garbage that it leaves, a string for each number for one. */
const SLOW_GARBAGE = 32;
/** Added to the rank of what the slow half takes here: it waits for what is quick. */
const SLOW_RANK = 2 ** 40;

export interface DecoderOptions {
  readonly turns: LoopTurns;
  readonly queue: WorkerQueue;
  /** Called for each body with the bytes of memory it took here: as it came, decompressed, and as garbage. */
  readonly onBody: (bytes: number) => void;
}

/** A body, and what is to be done with what is in it. */
export interface Task<T> {
  readonly body: Body;
  readonly form: Form;
  readonly sender: Sender;
  /** Fires when nobody waits for the answer any more. */
  readonly gone: () => AbortSignal;
  /** Called once, with memory that is valid only meanwhile. */
  readonly store: (decoded: Decoded) => T;
}

/** What would have taken too long here. */
interface Left {
  readonly isSlow: boolean;
  readonly bytes: number;
}

/** Decides where and when a body is decoded: here at once, here in a later turn of the loop, or in the Worker. */
export class Decoder {
  readonly #turns: LoopTurns;
  readonly #queue: WorkerQueue;
  readonly #onBody: (bytes: number) => void;
  /** Loaded with the first compressed body. */
  #inflate: typeof InflateBody | undefined;

  constructor({ turns, queue, onBody }: DecoderOptions) {
    this.#turns = turns;
    this.#queue = queue;
    this.#onBody = onBody;
  }

  /** Decodes the body and stores what is in it, or stores why not. Rejects for a defect of ours only. */
  async decode<T>(task: Task<T>): Promise<T> {
    const { body, form, sender, store } = task;
    const isCompressed = form.contentEncoding !== "identity";
    if (isCompressed) this.#inflate ??= (await import("./inflate-body.ts")).inflateBody;
    const claimed = claimedBytes(body.bytes, form);
    let isSlow = false;
    if (claimed <= HERE_MAX_BYTES && !(isCompressed && body.bytes.length > HERE_SENT_MAX_BYTES)) {
      const rank = sender === "own" ? 0 : claimed;
      const quick = this.#here(task, rank, claimed, (bytes) => decodeQuickly(bytes, form, HERE_LINE_MAX_BYTES));
      const tried = quick instanceof Promise ? await quick : quick;
      if ("stored" in tried) return tried.stored;
      if (tried.isSlow && tried.bytes <= HERE_SLOW_MAX_BYTES) {
        const slow = this.#here(task, SLOW_RANK + rank, claimed, (bytes) => {
          this.#onBody(SLOW_GARBAGE * bytes.length);
          return decodeSlowly(bytes, form);
        });
        const done = slow instanceof Promise ? await slow : slow;
        if ("stored" in done) return done.stored;
      }
      isSlow = tried.isSlow;
    }
    this.#onBody(body.bytes.length);
    const gone = task.gone();
    const decoded = await this.#queue.decode(body, form, isSlow, { sender, gone });
    return this.#turns.run(0, () => {
      // Whoever gave up sends it again: stored now, it would be there twice.
      const result = store(gone.aborted ? refused("broken-off") : decoded);
      if (decoded.kind === "decoded" && decoded.request.line !== undefined) giveBack(decoded.request.line);
      return result;
    });
  }

  #here<T>(
    { body, form, store }: Task<T>,
    rank: number,
    inflatedMaxBytes: number,
    decode: (bytes: Uint8Array) => Outcome,
  ): { readonly stored: T } | Left | Promise<{ readonly stored: T } | Left> {
    return this.#turns.run(
      rank,
      () => {
        body.start();
        const inflated = this.#inflate === undefined ? body.bytes : this.#inflate(body.bytes, form, inflatedMaxBytes);
        if (!(inflated instanceof Uint8Array)) return settled(inflated, 0, store);
        const isCopy = inflated !== body.bytes;
        this.#onBody(body.bytes.length + (isCopy ? inflated.length : 0));
        const result = settled(decode(inflated), inflated.length, store);
        if (isCopy) giveBack(inflated);
        return result;
      },
      (leave) => body.wait((reason) => leave({ stored: store(refused(reason)) })),
    );
  }
}

function settled<T>(outcome: Outcome, bytes: number, store: (decoded: Decoded) => T): { readonly stored: T } | Left {
  return outcome.kind === "left" ? { isSlow: outcome.isSlow, bytes } : { stored: store(outcome) };
}

function refused(reason: Reason): Decoded {
  return { kind: "refused", refusal: refuse(reason) };
}
