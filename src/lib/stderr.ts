import { write } from "node:fs";

/** Log lines kept while standard error does not take them; what comes beyond it is dropped and counted. */
const QUEUE_MAX_BYTES = 64 * 1024;

/**
 * The one writer of standard error. A reader that stalls must not stall the receiver, and one that goes away must not
 * end the process; so each write runs in the thread pool, one at a time, behind a bounded queue.
 */
export class StderrWriter {
  #queued: string[] = [];
  #queuedBytes = 0;
  #droppedLines = 0;
  #writing: Promise<void> | undefined;

  /** Queues one line (its line end is added here). Never waits, never throws. */
  line(text: string): void {
    const bytes = Buffer.byteLength(text) + 1;
    if (this.#queuedBytes + bytes > QUEUE_MAX_BYTES) {
      this.#droppedLines++;
      return;
    }
    this.#queued.push(text);
    this.#queuedBytes += bytes;
    this.#writing ??= this.#drain();
  }

  /** Resolves when everything queued is written, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    if (this.#writing === undefined) return;
    await Promise.race([this.#writing, Bun.sleep(timeoutMs)]);
  }

  async #drain(): Promise<void> {
    while (this.#queued.length > 0) {
      const dropped = this.#droppedLines > 0 ? `(${this.#droppedLines} log lines dropped: nobody read them)\n` : "";
      const text = `${this.#queued.join("\n")}\n${dropped}`;
      this.#queued = [];
      this.#droppedLines = 0;
      await writeAll(Buffer.from(text));
      this.#queuedBytes = this.#queued.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    }
    this.#writing = undefined;
  }
}

/** Resolves also when the other end is gone: there is nobody left to tell. */
async function writeAll(bytes: Buffer): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const { written, busy } = await writeOnce(rest);
    if (written === 0 && !busy) return;
    if (busy) await Bun.sleep(10);
    rest = rest.subarray(written);
  }
}

function writeOnce(bytes: Buffer): Promise<{ written: number; busy: boolean }> {
  return new Promise((resolve) => {
    write(2, bytes, (error, written) => {
      resolve(error === null ? { written, busy: false } : { written: 0, busy: error.code === "EAGAIN" });
    });
  });
}
