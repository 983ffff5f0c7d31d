import { closeSync, fstatSync, ftruncateSync, writeSync } from "node:fs";
import type { HeldFolder } from "../lib/held-folder.ts";
import { readNotes, SPANS_FILE, type SpanNote } from "./span-note.ts";

/** Bytes of notes that make a snapshot. */
const NOTES_MAX_BYTES = 1024 * 1024;
/** Logs that are remembered: more than a machine has jobs in the day for which a log is looked at again. */
const LOGS_MAX = 4096;

/** What of a log has become spans. */
interface SentLog {
  readonly spanIds: Set<string>;
  /** Its job has ended, and that has been told. */
  isDone: boolean;
}

/**
 * Remembers beyond a crash which spans of which Worker log are in the ring: logs are read again from their start, and
 * must make no span twice. As with the positions of the logs a note is written right before each offer, with the ring's
 * head as it is then. The same head at the next start says that the offer was not accepted.
 */
export class SentSpans {
  readonly #folder: HeldFolder;
  readonly #logs = new Map<string, SentLog>();
  #fd: number | undefined;
  #bytes = 0;
  #pending: { readonly note: SpanNote; readonly bytes: number } | undefined;

  /** Reads what the last run left. `headPosition` is the ring's, before anything else was offered. Never throws. */
  constructor(folder: HeldFolder, headPosition: number) {
    this.#folder = folder;
    const notes = readNotes(folder);
    const isLastTaken = notes.at(-1)?.head !== headPosition;
    for (const note of isLastTaken ? notes : notes.slice(0, -1)) this.#apply(note);
    // Another start finds another head.
    if (notes.length > 0 && !isLastTaken) this.#forgetLast();
  }

  /** Of a log that is done, nothing is left to be sent. */
  has(log: string, spanId: string): boolean {
    const sent = this.#logs.get(log);
    return sent !== undefined && (sent.isDone || sent.spanIds.has(spanId));
  }

  isDone(log: string): boolean {
    return this.#logs.get(log)?.isDone === true;
  }

  /** Writes down what is offered next; {@link accept} or {@link cancel} must follow before anything else. Throws the system's error. */
  note(headPosition: number, log: string, spans: readonly string[]): void {
    const note = { head: headPosition, log, spans };
    const bytes = this.#bytes;
    this.#append(note);
    this.#pending = { note, bytes };
  }

  accept(): void {
    if (this.#pending !== undefined) this.#apply(this.#pending.note);
    this.#pending = undefined;
  }

  /** The offer was not accepted. Throws the system's error. */
  cancel(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined || this.#fd === undefined) return;
    ftruncateSync(this.#fd, pending.bytes);
    this.#bytes = pending.bytes;
  }

  /** Nothing more comes of a log. Throws the system's error. */
  done(log: string): void {
    const note = { log, spans: [], isDone: true };
    this.#append(note);
    this.#apply(note);
  }

  /** Safe to call twice. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #apply({ log, spans, isDone = false }: SpanNote): void {
    const sent = this.#logs.get(log) ?? { spanIds: new Set(), isDone: false };
    this.#logs.delete(log);
    this.#logs.set(log, sent);
    for (const id of spans) sent.spanIds.add(id);
    sent.isDone ||= isDone;
    // Nobody asks for these again.
    if (sent.isDone) sent.spanIds.clear();
    const [oldest] = this.#logs.keys();
    if (this.#logs.size > LOGS_MAX && oldest !== undefined) this.#logs.delete(oldest);
  }

  /** The whole line or nothing of it. */
  #append(note: SpanNote): void {
    const fd = this.#file();
    const line = Buffer.from(`${JSON.stringify(note)}\n`);
    try {
      for (let done = 0; done < line.length;) done += writeSync(fd, line, done, line.length - done, this.#bytes + done);
    } catch (error) {
      ftruncateSync(fd, this.#bytes);
      throw error;
    }
    this.#bytes += line.length;
  }

  #forgetLast(): void {
    try {
      this.#file();
    } catch {
      // The first note tries again.
    }
  }

  /** The file of notes: a snapshot first, in this run and when the notes are many. */
  #file(): number {
    if (this.#fd !== undefined && this.#bytes < NOTES_MAX_BYTES) return this.#fd;
    this.close();
    const notes = [...this.#logs].map(([log, { spanIds, isDone }]) => ({ log, spans: [...spanIds], isDone }));
    this.#folder.replaceFile(SPANS_FILE, notes.map((note) => `${JSON.stringify(note)}\n`).join(""));
    this.#fd = this.#folder.openFile(SPANS_FILE);
    this.#bytes = fstatSync(this.#fd).size;
    return this.#fd;
  }
}
