import { entryHead, eventOf } from "./log-entry.ts";
import type { JobEvent } from "./job-event.ts";
import { JobMessageReader } from "./job-message.ts";
import { StepTelemetryReader } from "./step-telemetry.ts";

/** Bytes of a line that is looked at. Only texts of the job are longer. */
const LINE_MAX_BYTES = 16 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BLANK = 0x20;
const BRACKET = 0x5b;

const MESSAGE = "Job message:";
const TELEMETRY = "Publish step telemetry for current step {";

/** What lies over several lines, while they come. */
type Open =
  | { readonly kind: "message"; readonly atMs: number; readonly reader: JobMessageReader }
  | { readonly kind: "telemetry"; readonly atMs: number; readonly reader: StepTelemetryReader };

/**
 * Reads one Worker log from its first byte on, however it is cut into pieces, and tells what happened. Holds one line and
 * the named fields of what lies over several; whatever else is in the log is passed over.
 */
export class WorkerLog {
  /** The time of the newest entry, in wall ms; undefined before the first. */
  lastAtMs: number | undefined;
  readonly #tell: (event: JobEvent) => void;
  readonly #line = Buffer.alloc(LINE_MAX_BYTES);
  #lineBytes = 0;
  /** The line is longer than is looked at, or is not looked at for another reason. */
  #isPassedOver = false;
  #seenBytes = 0;
  #open: Open | undefined;

  constructor(tell: (event: JobEvent) => void) {
    this.#tell = tell;
  }

  /** The bytes that stand at `offset` of the log. What was seen before is passed over. */
  add(offset: number, bytes: Uint8Array): void {
    const at = Math.max(0, this.#seenBytes - offset);
    // Between what was seen and this something is missing: the line in which it stood is no line.
    if (offset > this.#seenBytes) this.#isPassedOver = true;
    this.#seenBytes = Math.max(this.#seenBytes, offset + bytes.length);
    for (let start = at; start < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline === -1 ? bytes.length : newline;
      if (this.#meansNothing(bytes, start, end)) this.#isPassedOver = true;
      this.#append(bytes, start, end);
      if (newline === -1) return;
      this.#endLine();
      start = newline + 1;
    }
  }

  /** A line that begins no entry where none is awaited to go on, or is deeper in a message than anything of use. */
  #meansNothing(bytes: Uint8Array, start: number, end: number): boolean {
    const open = this.#open;
    if (this.#lineBytes > 0 || open?.kind === "telemetry") return false;
    if (open === undefined) return bytes[start] !== BRACKET;
    const deepAt = start + open.reader.blanksMax;
    if (deepAt > end) return false;
    for (let at = start; at < deepAt; at++) if (bytes[at] !== BLANK) return false;
    return true;
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    this.#isPassedOver ||= this.#lineBytes + end - start > LINE_MAX_BYTES;
    if (this.#isPassedOver) return;
    this.#line.set(bytes.subarray(start, end), this.#lineBytes);
    this.#lineBytes += end - start;
  }

  #endLine(): void {
    const isWhole = !this.#isPassedOver;
    const length = this.#line[this.#lineBytes - 1] === RETURN ? this.#lineBytes - 1 : this.#lineBytes;
    this.#lineBytes = 0;
    this.#isPassedOver = false;
    if (!isWhole) return;
    this.#take(this.#line.toString("utf8", 0, length));
  }

  #take(line: string): void {
    const head = entryHead(line);
    if (head === undefined) return this.#continue(line);
    this.#close();
    this.lastAtMs = head.atMs;
    const { atMs, source, text } = head;
    if (source === "Worker" && text === MESSAGE) this.#open = { kind: "message", atMs, reader: new JobMessageReader() };
    else if (source === "ExecutionContext" && text === TELEMETRY)
      this.#open = { kind: "telemetry", atMs, reader: new StepTelemetryReader() };
    else {
      const event = eventOf(head);
      if (event !== undefined) this.#tell(event);
    }
  }

  #continue(line: string): void {
    const open = this.#open;
    if (open === undefined) return;
    if (open.kind === "telemetry") {
      if (!open.reader.add(line)) this.#close();
    } else {
      open.reader.add(line);
      if (line === "}") this.#close();
    }
  }

  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const { atMs } = open;
    if (open.kind === "message") return this.#tell({ kind: "job-found", atMs, message: open.reader.message });
    const { telemetry } = open.reader;
    if (telemetry !== undefined) this.#tell({ kind: "step-told", atMs, telemetry });
  }
}
