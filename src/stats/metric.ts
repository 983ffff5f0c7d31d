/** Names in `/metrics` have base units: milliseconds are told in seconds there. */
export type Unit =
  | "bodies"
  | "bytes"
  | "connections"
  | "cores"
  | "data points"
  | "errors"
  | "events"
  | "file systems"
  | "files"
  | "folders"
  | "items"
  | "jobs"
  | "lines"
  | "marks"
  | "ms"
  | "notes"
  | "objects"
  | "processes"
  | "readings"
  | "records"
  | "renames"
  | "requests"
  | "restarts"
  | "retries"
  | "spans"
  | "verdict";

/** What one number of `/stats` is. It is declared in one table of this folder, under its key in `/stats`. */
export interface Metric {
  /** A counter only grows while the agent runs. */
  readonly kind: "counter" | "gauge";
  readonly unit: Unit;
  /** One sentence without a full stop, for `/metrics` and the page about operations. */
  readonly help: string;
  /** Its name in `/metrics`. */
  readonly prometheus: string;
  /** It is a group of numbers, and this is the label that tells them apart. */
  readonly by?: "part" | "reason" | "source";
  /** It is `null` while nobody knows it; `/metrics` leaves it out then. */
  readonly mayBeUnknown?: true;
}

/** Key in `/stats` → what it is. */
export type MetricTable = Readonly<Record<string, Metric>>;

/** Numbers by reason, or by another label. Those that are 0 may be left out. */
export type Group = Readonly<Record<string, number>>;

/** The numbers of a table, each under its key. Whoever returns them cannot misspell or forget one. */
export type Values<Table extends MetricTable> = { readonly [Key in keyof Table]: ValueOf<Table[Key]> };

type ValueOf<Of extends Metric> = Of extends { readonly by: string }
  ? Group
  : Of extends { readonly mayBeUnknown: true }
    ? number | null
    : number;
