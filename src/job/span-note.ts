import type { HeldFolder } from "../lib/held-folder.ts";

export const SPANS_FILE = "spans";
/** A file that is longer is not ours. */
const FILE_MAX_BYTES = 16 * 1024 * 1024;

/** A line of the file of what was sent: spans of one Worker log. */
export interface SpanNote {
  /** The head of the ring right before the offer; absent in a snapshot, and where nothing was offered. */
  readonly head?: number;
  readonly log: string;
  readonly spans: readonly string[];
  readonly isDone?: boolean;
}

/** Up to what was cut off or spoiled; empty when there is no file, or one that is not ours. */
export function readNotes(folder: HeldFolder): readonly SpanNote[] {
  let lines: readonly string[] = [];
  try {
    const text = folder.readText(SPANS_FILE);
    // The last piece has no line end: nothing, or a note whose offer never came.
    if (text.length <= FILE_MAX_BYTES) lines = text.split("\n").slice(0, -1);
  } catch {
    return [];
  }
  const notes: SpanNote[] = [];
  for (const line of lines) {
    const note = parseNote(line);
    if (note === undefined) break;
    notes.push(note);
  }
  return notes;
}

function parseNote(line: string): SpanNote | undefined {
  try {
    return noteOf(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function noteOf(value: unknown): SpanNote | undefined {
  if (typeof value !== "object" || value === null || !("log" in value) || !("spans" in value)) return undefined;
  const { log, spans } = value;
  if (typeof log !== "string" || !Array.isArray(spans)) return undefined;
  const ids = spans.filter((id) => typeof id === "string");
  const isDone = "isDone" in value && value.isDone === true;
  return "head" in value && typeof value.head === "number"
    ? { head: value.head, log, spans: ids, isDone }
    : { log, spans: ids, isDone };
}
