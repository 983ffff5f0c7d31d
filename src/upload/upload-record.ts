import { logOf } from "../lib/log.ts";
import type { Batch, PutFailure } from "../pipeline.ts";
import type { UploadStats } from "../stats/agent-stats.ts";

/** What a run has delivered. */
export interface Delivered {
  readonly objects: number;
  readonly lines: number;
  readonly bytes: number;
}

/** Why the destination does not take a batch, and since when. */
export interface Trouble {
  /** In a row, since the last batch that was taken. */
  readonly failures: number;
  /** Monotonic ms. */
  readonly sinceMs: number;
  readonly reason: string;
  readonly remedy: string | undefined;
  /** It will not pass by itself. */
  readonly isLasting: boolean;
}

const log = logOf("upload");

/** What the uploads of one stream have come to. Tells the log when they begin to fail, fail otherwise, and work again. */
export class UploadRecord {
  readonly #stream: string;
  readonly #destination: string;
  #delivered: Delivered = { objects: 0, lines: 0, bytes: 0 };
  #retries = 0;
  #renames = 0;
  #attemptAtMs = 0;
  #lastObject: UploadStats["last_object"] = null;
  #lastError: string | null = null;
  #trouble: Trouble | undefined;

  /** `destination` is its label. */
  constructor(stream: string, destination: string) {
    this.#stream = stream;
    this.#destination = destination;
  }

  get delivered(): Delivered {
    return this.#delivered;
  }

  /** Undefined when the destination works. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** An attempt begins. */
  onAttempt(): void {
    this.#attemptAtMs = performance.now();
  }

  onFailure({ reason, remedy, detail, isLasting = false }: PutFailure): void {
    const before = this.#trouble;
    this.#trouble = {
      failures: (before?.failures ?? 0) + 1,
      sinceMs: before?.sinceMs ?? performance.now(),
      reason,
      remedy,
      isLasting,
    };
    this.#retries++;
    this.#lastError = reason;
    if (before?.reason === reason) return;
    log.warn("Cannot upload; trying again until it works", {
      stream: this.#stream,
      to: this.#destination,
      reason,
      ...(remedy === undefined ? {} : { remedy }),
      ...(detail === undefined ? {} : { detail }),
    });
  }

  onRenamed(taken: string): void {
    this.#renames++;
    log.warn("Object name taken by other bytes; the batch goes out under the next one", { taken });
  }

  onStored({ name, bytes, lines }: Pick<Batch, "name" | "bytes" | "lines">): void {
    if (this.#trouble !== undefined) {
      const { failures, sinceMs } = this.#trouble;
      const seconds = Math.round((performance.now() - sinceMs) / 1000);
      log.info("Uploads work again", { stream: this.#stream, failures, seconds });
    }
    this.#trouble = undefined;
    const { objects, lines: linesBefore, bytes: bytesBefore } = this.#delivered;
    this.#delivered = { objects: objects + 1, lines: linesBefore + lines, bytes: bytesBefore + bytes };
    const uploadMs = Math.round(performance.now() - this.#attemptAtMs);
    this.#lastObject = { name, at: new Date().toISOString(), bytes, lines, upload_ms: uploadMs };
  }

  stats(): Omit<UploadStats, "state"> {
    return {
      objects: this.#delivered.objects,
      uploaded_bytes: this.#delivered.bytes,
      uploaded_lines: this.#delivered.lines,
      retries: this.#retries,
      renames: this.#renames,
      last_object: this.#lastObject,
      last_error: this.#lastError,
    };
  }
}
