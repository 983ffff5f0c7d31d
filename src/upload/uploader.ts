import { ByteBudget } from "../lib/byte-budget.ts";
import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import { logOf } from "../lib/log.ts";
import { type BatchSource, type Destination, PLAIN_FORM, type PartHealth, type Stream } from "../pipeline.ts";
import type { UploadStats } from "../stats/agent-stats.ts";
import { FlushPace } from "./flush-pace.ts";
import { type Flushed, FlushWaits } from "./flush-waits.ts";
import { compressorOf } from "./compress.ts";
import type { FormOf } from "./object-form.ts";
import type { SealLimits } from "./seal-rule.ts";
import { StreamUploader } from "./stream-uploader.ts";
import type { Delivered } from "./upload-record.ts";

const log = logOf("upload");

/** Failures in a row from which on the destination counts as away. */
const DEGRADED_FAILURES = 3;

/** Batches: two would take both cores of a small machine from the job. */
const COMPRESSED_AT_ONCE = 1;

export interface UploaderOptions {
  readonly sources: readonly BatchSource[];
  readonly destination: Destination;
  readonly limits: UploadLimits;
  /** Default: {@link PLAIN_FORM}. */
  readonly formOf?: FormOf;
  /** Default: the system's. */
  readonly clock?: Clock;
}

export interface UploadLimits extends SealLimits {
  /** Bytes of PUT bodies in memory at once, over all streams; at least `objectMaxBytes`. */
  readonly putsInFlightMaxBytes: number;
}

/** Uploads every stream beside the others, so that one slow object holds up only its own stream. */
export class Uploader {
  readonly #sources: readonly BatchSource[];
  readonly #destination: Destination;
  readonly #streams: ReadonlyMap<Stream, StreamUploader>;
  readonly #stop = new AbortController();
  readonly #pace: FlushPace;
  readonly #flushWaits = new FlushWaits();
  #running: Promise<void> | undefined;

  constructor({ sources, destination, limits, formOf = () => PLAIN_FORM, clock = SYSTEM_CLOCK }: UploaderOptions) {
    const shared = {
      destination,
      limits,
      formOf,
      compressionTurns: new ByteBudget(COMPRESSED_AT_ONCE),
      putBudget: new ByteBudget(limits.putsInFlightMaxBytes),
      onStored: this.#flushWaits.look,
    };
    this.#sources = sources;
    this.#destination = destination;
    this.#streams = new Map(sources.map((source) => [source.stream, new StreamUploader({ source, ...shared })]));
    this.#pace = new FlushPace(clock, () => {
      for (const stream of this.#streams.values()) stream.flush();
    });
  }

  get isRunning(): boolean {
    return this.#running !== undefined && !this.#stop.signal.aborted;
  }

  /** Begins to seal and to send. Safe to call twice. */
  start(): void {
    this.#running ??= this.#runAll();
  }

  /**
   * Seals all streams now instead of waiting for `pushFrequencyMs`. There is at most one such flush in 5 s: a call that
   * comes sooner is carried out at the end of them, together with all others that came. Before {@link start} it is
   * carried out by the start, and after the end nothing is done. For who does not wait: it keeps nothing of the caller.
   */
  hurry(): void {
    if (!this.#stop.signal.aborted && this.#linesHeld > 0) this.#pace.ask();
  }

  /**
   * As {@link hurry}. Resolves when what was held at the call is stored, when `abort` fires, or when the uploader has
   * ended; says what is left then. Never rejects.
   */
  async flush(abort?: AbortSignal): Promise<Flushed> {
    const marks = [...this.#streams.values()].map((stream) => [stream, stream.mark] as const);
    const linesLeft = (): number => marks.reduce((sum, [stream, mark]) => sum + stream.linesLeft(mark), 0);
    if (linesLeft() === 0 || this.#stop.signal.aborted || abort?.aborted === true) return { linesLeft: linesLeft() };
    const flushed = this.#flushWaits.until(linesLeft, abort);
    this.hurry();
    return await flushed;
  }

  /**
   * Sends everything, all streams at once, and ends. What `deadline` cuts off stays sealed in the rings for the next
   * start. Before {@link start} nothing is sent. Safe to call twice.
   */
  async drain(deadline: AbortSignal): Promise<void> {
    const cut = (): void => this.#stop.abort(deadline.reason);
    if (deadline.aborted) cut();
    deadline.addEventListener("abort", cut, { once: true });
    for (const stream of this.#streams.values()) stream.drain();
    await this.#running;
    deadline.removeEventListener("abort", cut);
    this.#end();
  }

  /** Ends at once; what is under way is cut off and stays in the rings. */
  async abort(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#end();
  }

  /** Degraded at once by what will not pass by itself, and by the third failure in a row of anything. */
  health(): PartHealth {
    const troubles = [...this.#streams.values()].flatMap(({ trouble }) => (trouble === undefined ? [] : [trouble]));
    const [worst] = troubles.toSorted((a, b) => Number(b.isLasting) - Number(a.isLasting) || b.failures - a.failures);
    if (worst === undefined || !(worst.isLasting || worst.failures >= DEGRADED_FAILURES)) return { status: "healthy" };
    const { reason, remedy = "Check the destination and the credentials", failures, sinceMs } = worst;
    const seconds = Math.round((performance.now() - sinceMs) / 1000);
    const times = failures === 1 ? "1 failure" : `${failures} failures`;
    return {
      status: "degraded",
      reason: `Cannot upload to ${this.#destination.label}: ${reason} (${times} in ${seconds} s)`,
      remedy: `${remedy}. The lines are kept, and sent when it works again`,
    };
  }

  /** What this run has delivered, over all streams, and where. */
  get delivered(): Delivered & { readonly to: string } {
    const streams = [...this.#streams.values()].map(({ delivered }) => delivered);
    const sum = (key: keyof Delivered): number => streams.reduce((total, delivered) => total + delivered[key], 0);
    return { objects: sum("objects"), lines: sum("lines"), bytes: sum("bytes"), to: this.#destination.label };
  }

  /** Of one stream; undefined for one that it has no source of. */
  stats(stream: Stream): UploadStats | undefined {
    return this.#streams.get(stream)?.stats();
  }

  get #linesHeld(): number {
    return [...this.#streams.values()].reduce((sum, stream) => sum + stream.linesLeft(stream.mark), 0);
  }

  /** Nothing is stored any more: who waits for a flush is told. */
  #end(): void {
    this.#stop.abort();
    this.#pace.end();
    this.#flushWaits.endAll();
  }

  async #runAll(): Promise<void> {
    for (const source of this.#sources) tellOfOtherCompressor(source);
    await Promise.all([...this.#streams.values()].map((stream) => stream.run(this.#stop.signal)));
  }
}

/** An update of this program: the batch that the last run had sealed may become other bytes now, with the same lines. */
function tellOfOtherCompressor({ stream, sealed }: BatchSource): void {
  if (sealed === undefined || sealed.compressor === compressorOf(sealed.compression)) return;
  const facts = { stream, name: sealed.name, before: sealed.compressor, now: compressorOf(sealed.compression) };
  log.info(
    "The compressor is another one; an object that the last run may have stored is compared by its lines",
    facts,
  );
}
