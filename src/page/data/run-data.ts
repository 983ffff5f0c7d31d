import type { LiveMessages, LiveProcesses, LiveState } from "../../live/live-data.ts";
import { clockText, dateText } from "../../lib/quantities.ts";
import { LogStore } from "./log-store.ts";
import { ProcessHistory } from "./process-history.ts";
import { SeriesStore } from "./series-store.ts";
import { SpanStore } from "./span-store.ts";
import { StreamRates } from "./stream-rates.ts";

/** What a view can wait for. `all`: everything may be other, as after a new connection. */
export type Part =
  | "connection"
  | "health"
  | "jobs"
  | "series"
  | "events"
  | "processes"
  | "streams"
  | "collector"
  | "logs"
  | "spans"
  | "destination";

/** How the data comes. `fixed`: it is in the document and never changes, as in a report. */
export type Connection =
  | { readonly kind: "connecting" | "live" | "fixed" | "asleep" }
  | { readonly kind: "lost"; readonly sinceMs: number }
  | { readonly kind: "refused" };

const PARTS: readonly Part[] = [
  "connection",
  "health",
  "jobs",
  "series",
  "events",
  "processes",
  "streams",
  "collector",
  "logs",
  "spans",
  "destination",
];

/** All that the page knows of a run. A source fills it, views read it, and neither knows the other. */
export class RunData {
  readonly series = new SeriesStore();
  readonly logs = new LogStore();
  readonly spans = new SpanStore();
  readonly processes = new ProcessHistory();
  readonly rates = new StreamRates();
  state: LiveState | undefined;
  connection: Connection = { kind: "connecting" };
  #aheadMs = 0;
  readonly #listeners = new Map<Part, (() => void)[]>();

  /** The data is in the document, and there is no agent. */
  get isReport(): boolean {
    return this.connection.kind === "fixed";
  }

  /** When it was: of this run everybody knows the day, of a report nobody. */
  timeText(ms: number): string {
    return this.isReport ? dateText(ms) : clockText(ms);
  }

  /** Calls `listener` after each change of one of the parts. For the life of the page. */
  on(parts: readonly Part[], listener: () => void): void {
    for (const part of parts) this.#listeners.set(part, [...(this.#listeners.get(part) ?? []), listener]);
  }

  /** What the agent's clock says, which need not be the reader's. */
  agentNowMs(atMs: number): number {
    return atMs + this.#aheadMs;
  }

  setConnection(connection: Connection): void {
    this.connection = connection;
    this.#tell("connection");
  }

  setState(state: LiveState, atMs: number): void {
    this.state = state;
    this.#aheadMs = state.nowMs - atMs;
    this.series.replace(state.series);
    if (state.processes !== null) this.processes.add(state.processes);
    this.rates.add(atMs, state.streams);
    for (const part of PARTS) this.#tell(part);
  }

  addSample(sample: LiveMessages["sample"]): void {
    this.series.add(sample.atMs, sample.values);
    this.#tell("series");
  }

  addChange(change: LiveMessages["change"], atMs: number): void {
    if (this.state === undefined) return;
    this.state = { ...this.state, ...change };
    if (change.processes !== undefined && change.processes !== null) this.processes.add(change.processes);
    if (change.streams !== undefined) this.rates.add(atMs, change.streams);
    for (const part of PARTS) if (part in change) this.#tell(part);
  }

  /** Those of earlier moments, oldest first. */
  addProcesses(processes: readonly LiveProcesses[]): void {
    for (const one of processes) this.processes.add(one);
    this.#tell("processes");
  }

  addLogs(logs: LiveMessages["logs"]): void {
    this.logs.add(logs);
    this.#tell("logs");
  }

  addSpans(spans: LiveMessages["spans"]): void {
    this.spans.add(spans);
    this.#tell("spans");
  }

  #tell(part: Part): void {
    for (const listener of this.#listeners.get(part) ?? []) listener();
  }
}
