import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import { sleepBy } from "../lib/sleep.ts";

/**
 * How much output of the child is read a second. A collector that floods its log is slowed by its own full pipe and
 * does not take our event loop with it; the usual is some kilobytes a minute.
 */
const READ_MAX_BYTES_PER_S = 1024 * 1024;
/** Chunks up to this cost no delay: an ordinary log never waits. */
const FREE_CHUNK_BYTES = 4096;

/** What is used of a stream's reader: Bun and Node type the same object differently. */
interface ChunkReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** Reads one stream of a child to its end, no faster than the limit until told to. */
export class OutputPump {
  /** Resolves at the end of the stream, also when it breaks or is cancelled. */
  readonly done: Promise<void>;
  readonly #reader: ChunkReader;
  readonly #clock: Clock;
  readonly #hurry = new AbortController();

  /** Hands each piece to `write`, which copies what it needs. */
  constructor(stream: ReadableStream<Uint8Array>, write: (chunk: Uint8Array) => void, clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
    this.#reader = stream.getReader();
    this.done = this.#run(write).catch(() => {});
  }

  /** From now on reads as fast as it can: the writer has ended, and what it left in the pipe is little. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Stops reading. Safe to call when the stream has ended. */
  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }

  async #run(write: (chunk: Uint8Array) => void): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done || value === undefined) return;
      write(value);
      if (value.length <= FREE_CHUNK_BYTES) continue;
      await sleepBy(this.#clock, (value.length / READ_MAX_BYTES_PER_S) * 1000, this.#hurry.signal);
    }
  }
}
