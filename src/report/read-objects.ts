import { linesOf } from "../stored/lines.ts";
import type { StoredObject, StoredObjects } from "../stored/stored-objects.ts";
import { noteUnreadable, type Unreadable } from "../stored/unreadable.ts";

/** Twice the longest line that an agent takes by default. A longer one is counted, not read. */
const LINE_MAX_BYTES = 32 * 1024 * 1024;
/** What a line says may be so much older than its object: a store that was away, a job that ran long. */
const OBJECT_LATE_MS = 24 * 60 * 60 * 1000;
/** The clock of a sender may be ahead of the agent's. */
const CLOCK_MS = 60 * 60 * 1000;

/** An object, and where it is. */
export interface Place {
  readonly source: StoredObjects;
  readonly object: StoredObject;
}

/** What was read, and what was not. */
export interface ReadCounts extends Unreadable {
  objects: number;
  bytes: number;
  /** Names that are of no object. */
  foreign: number;
  /** Lines that are no OTLP, or too long. */
  strangeLines: number;
}

export interface TimeSpan {
  /** Wall time in ms. Default: no limit. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Reads the objects of several places one after the other, and counts. */
export class ObjectReader {
  readonly counts: ReadCounts = {
    objects: 0,
    bytes: 0,
    foreign: 0,
    unreadable: 0,
    unreadableNames: [],
    strangeLines: 0,
  };
  readonly #sources: readonly StoredObjects[];
  readonly #span: TimeSpan;
  readonly #abort: AbortSignal;

  constructor(sources: readonly StoredObjects[], span: TimeSpan, abort: AbortSignal) {
    this.#sources = sources;
    this.#span = span;
    this.#abort = abort;
  }

  /** All objects that may have something of the time span. Rejects when a place cannot be listed. */
  async *objects(): AsyncGenerator<Place> {
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = this.#span;
    this.counts.foreign = 0;
    for (const source of this.#sources) {
      for await (const object of source.list(this.#abort)) {
        const sealedAtMs = object.second * 1000;
        if (sealedAtMs >= fromMs - CLOCK_MS && sealedAtMs <= toMs + OBJECT_LATE_MS) yield { source, object };
      }
      this.counts.foreign += source.foreign;
    }
  }

  /**
   * Calls `take` for each line of an object until it ends or cannot be read, and counts it. `take` returns false for a line
   * that is no OTLP; what it throws rejects. The bytes are the reader's: who needs them later copies them.
   */
  async read(place: Place, take: (line: Buffer) => boolean): Promise<void> {
    const { object } = place;
    const fault = await this.#each(place, (line) => {
      if (line === undefined || !take(line)) this.counts.strangeLines++;
      return true;
    });
    if (fault === undefined) this.counts.objects++;
    else noteUnreadable(this.counts, object, fault.error);
    this.counts.bytes += object.bytes;
  }

  /** Counts an object that nobody needs as read. */
  passOver({ object }: Place): void {
    this.counts.objects++;
    this.counts.bytes += object.bytes;
  }

  /** As {@link read}, without counting: all its lines, or the first one. */
  async peek(place: Place, which: "all" | "first", take: (line: Buffer) => void): Promise<void> {
    // What cannot be read is told when it is read for good.
    await this.#each(place, (line) => {
      if (line !== undefined) take(line);
      return which === "all";
    });
  }

  /** Calls `visit` for each line while it says true; returns why an object cannot be read. Rejects with what `visit` throws. */
  async #each(
    place: Place,
    visit: (line: Buffer | undefined) => boolean,
  ): Promise<{ readonly error: unknown } | undefined> {
    let isVisiting = false;
    try {
      for await (const line of this.#lines(place)) {
        isVisiting = true;
        const goesOn = visit(line);
        isVisiting = false;
        if (!goesOn) break;
      }
      return undefined;
    } catch (error) {
      if (isVisiting) throw error;
      this.#abort.throwIfAborted();
      return { error };
    }
  }

  /** Undefined for a line that is too long. */
  async *#lines({ source, object }: Place): AsyncGenerator<Buffer | undefined> {
    const chunks = source.read(object, this.#abort);
    for await (const { bytes } of linesOf(chunks, object.compression, LINE_MAX_BYTES))
      yield bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
