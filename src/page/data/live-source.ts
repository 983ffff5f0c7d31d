import type { LiveMessages } from "../../live/live-data.ts";
import type { RunData } from "./run-data.ts";

const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 15_000;
/** A tab that nobody looks at costs the agent nothing after this time. */
const ASLEEP_AFTER_MS = 30_000;
/** Samples come every second. So long without any: the connection is dead, though nobody said so. */
const SILENT_MAX_MS = 20_000;

/**
 * Fills `data` from `/live/events` for the life of the page. Connects again by itself, and lets go of the connection
 * while the tab is hidden.
 */
export class LiveSource {
  readonly #data: RunData;
  readonly #token: string | undefined;
  #events: EventSource | undefined;
  #retryMs = RETRY_MIN_MS;
  #timer: number | undefined;
  #lastMs = 0;
  #version: string | undefined;

  /** `token`: what `status` prints to those who may see texts. */
  constructor(data: RunData, token: string | undefined) {
    this.#data = data;
    this.#token = token;
  }

  start(): void {
    this.#connect();
    document.addEventListener("visibilitychange", () => this.#look());
    setInterval(() => {
      const isSilent = this.#events !== undefined && Date.now() - this.#lastMs > SILENT_MAX_MS;
      if (isSilent && !document.hidden) this.#lose();
    }, SILENT_MAX_MS / 4);
  }

  #look(): void {
    clearTimeout(this.#timer);
    if (!document.hidden) {
      if (this.#events === undefined) this.#connect();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#close();
      this.#data.setConnection({ kind: "asleep" });
    }, ASLEEP_AFTER_MS);
  }

  #connect(): void {
    this.#close();
    this.#lastMs = Date.now();
    const query = this.#token === undefined ? "" : `?token=${encodeURIComponent(this.#token)}`;
    const events = new EventSource(`/live/events${query}`);
    this.#events = events;
    events.addEventListener("error", () => this.#lose());
    this.#take(events, "state", (state) => {
      // An agent that was updated brings another page.
      if (this.#version !== undefined && this.#version !== state.version) location.reload();
      this.#version = state.version;
      this.#retryMs = RETRY_MIN_MS;
      this.#data.logs.expectRepeated();
      this.#data.setState(state, Date.now());
      this.#data.setConnection({ kind: "live" });
    });
    this.#take(events, "sample", (sample) => this.#data.addSample(sample));
    this.#take(events, "change", (change) => this.#data.addChange(change, Date.now()));
    this.#take(events, "logs", (logs) => this.#data.addLogs(logs));
    this.#take(events, "spans", (spans) => this.#data.addSpans(spans));
  }

  #take<Name extends keyof LiveMessages>(
    events: EventSource,
    name: Name,
    take: (message: LiveMessages[Name]) => void,
  ): void {
    events.addEventListener(name, (event) => {
      this.#lastMs = Date.now();
      take(JSON.parse(event.data));
    });
  }

  #lose(): void {
    this.#close();
    const { connection } = this.#data;
    if (connection.kind !== "lost") this.#data.setConnection({ kind: "lost", sinceMs: Date.now() });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#events?.close();
    this.#events = undefined;
  }
}
