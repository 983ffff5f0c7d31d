import { errorText } from "../lib/error-text.ts";
import {
  type Batch,
  type BatchSource,
  type ObjectForm,
  type OfferResult,
  PLAIN_FORM,
  type PositionedSink,
  type Sender,
} from "../pipeline.ts";
import { keptForm, type SealedRange, type Slot } from "./layout.ts";
import { batchEnd, countLines, newestLines } from "./lines.ts";
import { CRC32_OF_NOTHING, Payload } from "./payload.ts";
import { ResidentPages } from "./resident-pages.ts";
import { RingHeader } from "./ring-header.ts";
import type { RingMemory } from "./ring-memory.ts";
import { Room } from "./room.ts";
import { sealedBatch } from "./sealed-batch.ts";

/** To move more would take longer than to touch new pages. */
const REWIND_MAX_BYTES = 1024 * 1024;

/** What a ring goes on from: the slot in force and what recovery found behind it. */
export interface RingState {
  readonly slot: Slot;
  readonly head: number;
  /** Lines between the sealed batch (or the tail) and the head. */
  readonly unsealedLines: number;
}

/** Hears of each second that a ring uses for an object name, before the name is used. */
export type OnSecond = (second: number) => void;

/**
 * Buffer, upload queue and journal of one stream in one file: lines go in at the head, sealed batches leave at the
 * tail. Everything that must survive the process is in `memory` when a method returns; README.md says in which order.
 *
 * `seal`, `rename`, `noteAttempt`, `noteNotStored`, `acknowledge`, `erase` and `wipe` throw the system's error when the
 * file does not take the header. The state is then as before, and the call can be repeated.
 */
export class Ring implements PositionedSink, BatchSource {
  readonly capacityBytes: number;
  readonly lineMaxBytes: number;
  /** The system's error of the last refused write; undefined again once a write has worked. */
  lastWriteError: string | undefined;
  /** For whom there is room. */
  readonly room: Room;
  /** Is shown each accepted line; it must not keep the bytes, nor throw. Default: nobody. */
  tap: ((line: Uint8Array) => void) | undefined;

  readonly #memory: RingMemory;
  readonly #header: RingHeader;
  readonly #payload: Payload;
  readonly #pages: ResidentPages;
  readonly #onSecond: OnSecond;
  readonly #nowMs: () => number;
  #unsealedLines: number;
  /** Undefined when it has to be counted from the bytes. */
  #unsealedCrc32: number | undefined;
  #oldestUnsealedAtMs: number | undefined;
  #isClosed = false;
  /** The system's code for why the file takes nothing. A store into a mapped page may seem to work all the same. */
  #suspendedBy: string | undefined;
  #listener: (() => void) | undefined;

  /** `nowMs` is monotonic. */
  constructor(
    memory: RingMemory,
    { slot, head, unsealedLines }: RingState,
    onSecond: OnSecond = () => {},
    nowMs: () => number = () => performance.now(),
  ) {
    this.#memory = memory;
    this.#onSecond = onSecond;
    this.#nowMs = nowMs;
    this.#header = new RingHeader(memory, slot, head);
    this.#payload = new Payload(memory, slot.capacity);
    this.#pages = new ResidentPages(memory, nowMs);
    this.#unsealedLines = unsealedLines;
    this.#unsealedCrc32 = unsealedLines > 0 ? undefined : CRC32_OF_NOTHING;
    this.#oldestUnsealedAtMs = unsealedLines > 0 ? Number.NEGATIVE_INFINITY : undefined;
    this.capacityBytes = slot.capacity;
    // A longer line might never fit into a ring that never gets quite empty.
    this.lineMaxBytes = Math.floor(slot.capacity / 2);
    this.room = new Room(slot.capacity);
  }

  get stream() {
    return this.#header.slot.stream;
  }

  get memoryKind(): RingMemory["kind"] {
    return this.#memory.kind;
  }

  get headPosition(): number {
    return this.#header.head;
  }

  get usedBytes(): number {
    return this.#header.head - this.#header.slot.tail;
  }

  get lines(): number {
    return this.#unsealedLines + (this.#header.slot.sealed?.lines ?? 0);
  }

  get unsealedLines(): number {
    return this.#unsealedLines;
  }

  get unsealedBytes(): number {
    return this.#header.head - this.#sealedEnd;
  }

  get oldestUnsealedAtMs(): number | undefined {
    return this.#oldestUnsealedAtMs;
  }

  get lastObjectSecond(): number {
    return this.#header.slot.lastSecond;
  }

  get sealed(): Batch | undefined {
    return sealedBatch(this.#header.slot, (from, to) => this.#payload.slices(from, to));
  }

  /** A copy of the newest whole lines that are held, `maxBytes` at most, each with its line end. Empty when closed. */
  newestLines(maxBytes: number): Uint8Array {
    const { head, slot } = this.#header;
    return newestLines((from) => (this.#isClosed ? [] : this.#payload.slices(from, head)), slot.tail, head - maxBytes);
  }

  onLine(listener: (() => void) | undefined): void {
    this.#listener = listener;
  }

  offer(line: Uint8Array, sender: Sender = "other"): OfferResult {
    if (this.#isClosed) return "closed";
    if (line.length > this.lineMaxBytes) return "too-large";
    if (this.#suspendedBy !== undefined) return "failed";
    const { head } = this.#header;
    const end = head + line.length + 1;
    if (!this.room.has(end - this.#header.slot.tail, sender)) return "full";
    try {
      this.#header.noteWritten(head, end);
      this.#payload.write(head, line);
      this.#header.commitHead(end);
    } catch (error) {
      this.lastWriteError = errorText(error);
      return "failed";
    }
    this.lastWriteError = undefined;
    // Now, while the bytes are in the processor's cache, and so that sealing a large batch takes no pause.
    const crc32 = this.#unsealedCrc32;
    if (crc32 !== undefined) this.#unsealedCrc32 = this.#payload.crc32(head, end, crc32);
    this.#unsealedLines++;
    this.#oldestUnsealedAtMs ??= this.#nowMs();
    this.#pages.onPut(line.length);
    this.#listener?.();
    this.tap?.(line);
    return "accepted";
  }

  seal(second: number, maxBytes: number, place: string, form: ObjectForm = PLAIN_FORM): Batch | undefined {
    const { tail, lastSecond } = this.#header.slot;
    if (this.#header.slot.sealed !== null || this.#unsealedLines === 0) return this.sealed;
    if (second <= lastSecond) {
      throw new RangeError(`Cannot name an object after second ${second}: ${lastSecond} is already used`);
    }
    const { head } = this.#header;
    const end = batchEnd((from, to) => this.#payload.slices(from, to), { start: tail, head, maxBytes });
    const isAll = end === head;
    const sealed: SealedRange = {
      end,
      lines: this.#linesUntil(end),
      crc32: (isAll ? this.#unsealedCrc32 : undefined) ?? this.#payload.crc32(tail, end),
      second,
      place,
      isSent: false,
      ...keptForm(form),
    };
    this.#onSecond(second);
    this.#header.writeSlot({ sealed, lastSecond: second });
    this.#pages.onSeal();
    this.#unsealedLines -= sealed.lines;
    this.#unsealedCrc32 = isAll ? CRC32_OF_NOTHING : undefined;
    if (this.#unsealedLines === 0) this.#oldestUnsealedAtMs = undefined;
    return this.sealed;
  }

  rename(second: number): Batch {
    const { sealed } = this.#header.slot;
    if (sealed === null) throw new Error("Cannot rename the sealed batch: none is sealed");
    this.#onSecond(second);
    this.#header.writeSlot({ sealed: { ...sealed, second, isSent: false }, lastSecond: second });
    const batch = this.sealed;
    if (batch === undefined) throw new Error("Cannot rename the sealed batch: none is sealed");
    return batch;
  }

  noteAttempt(): void {
    this.#noteSent(true);
  }

  noteNotStored(): void {
    this.#noteSent(false);
  }

  acknowledge(): void {
    const { sealed } = this.#header.slot;
    if (sealed !== null) this.#release(sealed.end);
  }

  /**
   * Throws away every line, the sealed batch included, and returns their number. Only for telemetry that the API has
   * switched off.
   */
  erase(): number {
    const { lines } = this;
    this.#release(this.#header.head);
    this.#unsealedLines = 0;
    this.#unsealedCrc32 = CRC32_OF_NOTHING;
    this.#oldestUnsealedAtMs = undefined;
    return lines;
  }

  /**
   * Answers every offer with `failed` while `code` is given: the system's code for why the file takes nothing. Without
   * it the ring takes lines again. Safe to call twice.
   */
  suspend(code: string | undefined): void {
    if (code === this.#suspendedBy) return;
    this.#suspendedBy = code;
    this.lastWriteError = code;
  }

  /** Overwrites the delivered lines that the payload still holds. Does nothing while a line is held. */
  wipe(): void {
    const { highWater } = this.#header;
    if (this.lines > 0 || highWater === 0) return;
    this.#payload.wipe(highWater);
    this.#header.noteWiped();
  }

  /** From now on every offer is answered `closed`. What is held can still be sealed and acknowledged. */
  refuse(): void {
    this.#isClosed = true;
  }

  /** Ends the use of the file. Safe to call twice. */
  close(): void {
    this.refuse();
    this.#memory.close();
  }

  get #sealedEnd(): number {
    return this.#header.slot.sealed?.end ?? this.#header.slot.tail;
  }

  #noteSent(isSent: boolean): void {
    const { sealed } = this.#header.slot;
    if (sealed !== null && sealed.isSent !== isSent) this.#header.writeSlot({ sealed: { ...sealed, isSent } });
  }

  /** The number of unsealed lines before `end`. Counts the shorter part, because touching a large ring takes time. */
  #linesUntil(end: number): number {
    const { head, slot } = this.#header;
    if (end - slot.tail < head - end) return countLines(this.#payload.slices(slot.tail, end));
    return this.#unsealedLines - countLines(this.#payload.slices(end, head));
  }

  /** Frees everything before `tail`. */
  #release(tail: number): void {
    const freedBytes = tail - this.#header.slot.tail;
    this.#header.writeSlot({ tail, sealed: null });
    this.room.free();
    try {
      this.#rewind();
    } catch {
      // A full disk. Nothing is lost if the lines stay where they are, and the next offer reports the error.
    }
    this.#pages.onStored(freedBytes, this.usedBytes <= REWIND_MAX_BYTES);
  }

  /** Moves the few lines that are held to the start of the payload. So an agent that keeps up touches the first pages only. */
  #rewind(): void {
    const { tail } = this.#header.slot;
    const start = tail % this.capacityBytes;
    const length = this.#header.head - tail;
    // The old and the new place must not overlap: until the slot is in force the lines count at the old one.
    if (start === 0 || length > Math.min(start, this.capacityBytes - start, REWIND_MAX_BYTES)) return;
    if (length > 0) this.#payload.copyToStart(start, length);
    const rewound = tail - start + this.capacityBytes;
    this.#header.writeSlot({ tail: rewound, head: rewound + length });
    this.#header.writeHead();
  }
}
