import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import type { Attributes } from "../job-pipeline.ts";
import type { PositionedSink, ResourceAttributes } from "../pipeline.ts";
import type { LogFile } from "./log-file.ts";
import type { Position, PositionStore } from "./position-store.ts";
import { RecordLine } from "./record-line.ts";

const log = logOf("runner");

/** Where a file will be when a line is in the ring. */
interface Move {
  readonly file: LogFile;
  readonly generation: number;
  readonly position: Position;
}

/** A line that the ring has not taken yet, with what it moves. */
interface PendingLine {
  readonly bytes: Uint8Array;
  readonly records: number;
  readonly moves: readonly Move[];
}

/**
 * Puts records into lines and lines into the ring, each together with the note that makes it count once. While the ring
 * takes nothing, one line waits here and nothing more is added: the files keep their places.
 */
export class RingWriter {
  /** In the ring so far. */
  records = 0;
  lines = 0;
  /** Why the newest line could not be written down; undefined when it could. */
  writeError: string | undefined;
  readonly #store: PositionStore;
  readonly #sink: PositionedSink;
  readonly #line: RecordLine;
  readonly #touched = new Set<LogFile>();
  #pending: PendingLine | undefined;

  constructor(store: PositionStore, sink: PositionedSink, resource: ResourceAttributes) {
    this.#store = store;
    this.#sink = sink;
    this.#line = new RecordLine(resource, sink.lineMaxBytes);
  }

  /**
   * Adds a record of `file`, with what its `job` adds to the resource; the caller takes its bytes from the file right
   * after. False, and nothing is added, when a line has to go first and the ring does not take it.
   */
  add(file: LogFile, record: string, job?: Attributes): boolean {
    if ((this.#pending !== undefined || !this.#line.hasRoomFor(record, job)) && !this.flush()) return false;
    this.#line.add(record, job);
    this.#touched.add(file);
    return true;
  }

  /** Bytes of `file` were taken that make no record: it moves with the next line, or without one. */
  skip(file: LogFile): void {
    this.#touched.add(file);
  }

  /** Offers what there is. True when all of it is in the ring. */
  flush(): boolean {
    if (this.#pending !== undefined && !this.#offer(this.#pending)) return false;
    if (this.#line.count === 0) {
      for (const file of this.#touched) file.position = file.readPosition;
      this.#touched.clear();
      return true;
    }
    const moves = [...this.#touched].map((file) => {
      return { file, generation: file.generation, position: file.nextPosition };
    });
    this.#touched.clear();
    const records = this.#line.count;
    this.#pending = { records, moves, bytes: this.#line.take() };
    return this.#offer(this.#pending);
  }

  /** Nothing may come between the note and the offer: the next start tells by the ring's head whether it was taken. */
  #offer({ bytes, records, moves }: PendingLine): boolean {
    try {
      this.#store.note(
        this.#sink.headPosition,
        moves.map(({ position }) => position),
      );
      const result = this.#sink.offer(bytes, "own");
      if (result === "accepted") {
        this.#store.accept();
        this.records += records;
        this.lines++;
      } else {
        this.#store.cancel();
        if (result !== "too-large") return false;
        // Cannot happen: lines are made to fit. To try for ever would stop all that comes behind it.
        log.error("A line of runner logs is too large for the ring and is lost", { records, bytes: bytes.length });
      }
      this.writeError = undefined;
    } catch (error) {
      this.writeError = errorText(error);
      return false;
    }
    this.#pending = undefined;
    for (const { file, generation, position } of moves)
      if (file.generation === generation) file.position = position.bytes;
    return true;
  }
}
