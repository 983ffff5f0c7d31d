import { closeSync, fstatSync, ftruncateSync, writeSync } from "node:fs";
import { errorText } from "../lib/error-text.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { logOf } from "../lib/log.ts";
import type { JobMark } from "../job-pipeline.ts";

const FILE = "marks";
/** As many as a job may claim, with their attributes. What comes beyond is not known after a crash. */
const FILE_MAX_BYTES = 1024 * 1024;

const log = logOf("job");

/** A mark that was taken, and whose it was. */
export interface MarkNote {
  readonly mark: JobMark;
  /** The span of the runner's job in which it was made; undefined where no log told of one. */
  readonly jobSpanId?: string;
}

/** Remembers beyond a crash what running jobs have said of themselves: nobody says it twice. */
export class MarkNotes {
  /** What the last run left. */
  readonly left: readonly MarkNote[];
  readonly #folder: HeldFolder;
  #fd: number | undefined;
  #hasFailed = false;

  /** Never throws. */
  constructor(folder: HeldFolder) {
    this.#folder = folder;
    this.left = readNotes(folder);
  }

  /** Never throws: a mark counts in this run at least. */
  add(note: MarkNote): void {
    try {
      this.#fd ??= this.#folder.openOrMakeFile(FILE);
      const line = Buffer.from(`${JSON.stringify(note)}\n`);
      const { size } = fstatSync(this.#fd);
      if (size + line.length <= FILE_MAX_BYTES) writeSync(this.#fd, line, 0, line.length, size);
    } catch (error) {
      if (!this.#hasFailed) log.warn("Cannot note what a job says of itself", { error: errorText(error) });
      this.#hasFailed = true;
    }
  }

  /** The jobs of all notes are over. Never throws. */
  clear(): void {
    try {
      this.#fd ??= this.#folder.openOrMakeFile(FILE);
      ftruncateSync(this.#fd, 0);
    } catch {
      // Read again, they make nothing that was sent before.
    }
  }

  /** Safe to call twice. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** Up to what was cut off or spoiled. */
function readNotes(folder: HeldFolder): readonly MarkNote[] {
  const notes: MarkNote[] = [];
  try {
    const text = folder.readText(FILE);
    if (text.length > FILE_MAX_BYTES) return [];
    for (const line of text.split("\n").slice(0, -1)) notes.push(noteOf(JSON.parse(line)));
  } catch {
    // No file, or not all of it.
  }
  return notes;
}

/** Throws for what is no note. */
function noteOf(value: unknown): MarkNote {
  if (!isNote(value)) throw new TypeError("Cannot read a note: it is none");
  return value;
}

function isNote(value: unknown): value is MarkNote {
  if (typeof value !== "object" || value === null || !("mark" in value)) return false;
  const { mark } = value;
  if (typeof mark !== "object" || mark === null) return false;
  const isText = (name: string): boolean => typeof Object.entries(mark).find(([key]) => key === name)?.[1] === "string";
  return ["kind", "source", "name"].every(isText) && "atMs" in mark && typeof mark.atMs === "number";
}
