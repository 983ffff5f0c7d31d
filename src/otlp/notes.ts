/**
 * Why a stored request was not quite right: something was repaired or left out, or has a form that only lenient readers
 * take. Reasons are stable, because `/stats` shows them.
 */
export type NoteReason =
  // Repaired in the stored line.
  | "bom"
  | "line-break"
  | "invalid-utf8"
  | "lone-surrogate"
  // Protobuf only: left out, because OTLP/JSON has no place for it.
  | "unknown-field"
  | "malformed-id"
  // A reference into a string table that only profiles have: absent for every other signal (proto v1.10.0).
  | "string-table-index"
  // JSON, stored as sent: the specification says to ignore the key.
  | "unknown-key"
  // JSON, stored as sent: only a lenient reader takes these forms.
  | "snake-case-key"
  | "duplicate-field"
  | "null"
  | "number-form"
  | "base64-form"
  | "enum-name"
  | "unknown-enum-name"
  | "value-out-of-range";

/** Counts the notes of one request. */
export class Notes {
  static readonly NONE: Readonly<Record<string, number>> = Object.freeze({});
  #counts: Partial<Record<NoteReason, number>> | undefined;

  add(reason: NoteReason, count = 1): void {
    this.#counts ??= {};
    this.#counts[reason] = (this.#counts[reason] ?? 0) + count;
  }

  /** Reason → count. One shared frozen object when there are none. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts ?? Notes.NONE;
  }
}
