import { bootMark } from "../lib/boot-mark.ts";
import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { isSameSecret } from "../lib/same-secret.ts";
import type { HostReading } from "../stats/host-reading.ts";
import { Changes } from "./changes.ts";
import { History, sampleOf } from "./history.ts";
import { HistoryFile } from "./history-file.ts";
import type { LiveEvent } from "./live-data.ts";
import { readLivePage } from "./live-page.ts";
import { LiveReaders } from "./live-readers.ts";
import { type LiveSources, liveParts, liveState } from "./live-state.ts";
import { HEARTBEAT, joined, messageOf, messageOfJson } from "./sse.ts";
import { type TailedLines, Tails } from "./tails.ts";

/** What a crash may cost of the history. */
export const SAVE_EVERY_MS = 10_000;
const TICK_MS = 1000;
const CHANGES_EVERY_TICKS = 2;
/** Less than the minute after which Bun ends a connection on which nothing comes. */
export const HEARTBEAT_EVERY_TICKS = 15;
const CRASHED = "The agent was started again; the run before did not end in order";
const RESTARTED = "The agent was started again";

export interface LiveOptions {
  readonly sources: LiveSources;
  readonly lines: TailedLines;
  /** Between two readings of the host. Default: 1 s. */
  readonly intervalMs?: number;
  readonly clock?: Clock;
  /** Wall time in ms. */
  readonly wallMs?: () => number;
}

/** What {@link Live.open} goes on from. */
export interface LiveHome {
  readonly folder: HeldFolder;
  /** Lets its bearer see texts. Undefined: nobody has one. */
  readonly token: string | undefined;
  /** False when the last run did not end in order; undefined when there was none. */
  readonly endedWell?: boolean | undefined;
  /** Default: of this boot. */
  readonly bootId?: string;
}

/**
 * The history of the run, and what the live page reads. While nobody looks it takes one reading a second, no timer runs, and
 * no line is looked at. One life: {@link open}, then {@link end}, then {@link close}.
 */
export class Live {
  /** The page, read anew at each call. Rejects when the executable has none. */
  readonly page = readLivePage;
  readonly #sources: LiveSources;
  readonly #clock: Clock;
  readonly #wallMs: () => number;
  readonly #startedAtMs: number;
  readonly #history: History;
  readonly #tails: Tails;
  readonly #changes = new Changes();
  readonly #readers = new LiveReaders({ whole: (texts) => this.#whole(texts), onChange: () => this.#onReaders() });
  #file: HistoryFile | undefined;
  #token: string | undefined;
  #savedAtMs = 0;
  #ticks = 0;
  #stopTicks: (() => void) | undefined;

  constructor({ sources, lines, intervalMs, clock = SYSTEM_CLOCK, wallMs = Date.now }: LiveOptions) {
    this.#sources = sources;
    this.#clock = clock;
    this.#wallMs = wallMs;
    this.#startedAtMs = wallMs();
    this.#history = new History(intervalMs);
    this.#tails = new Tails(lines, wallMs);
  }

  /** Goes on from what the last run of this boot has left. The folder stays the caller's, open until {@link close}. */
  open({ folder, token, endedWell, bootId = bootMark().bootId ?? "" }: LiveHome): void {
    this.#token = token;
    this.#file = new HistoryFile(folder, bootId);
    this.#savedAtMs = this.#clock.nowMs();
    if (!this.#file.read(this.#history)) return;
    const [severity, text] = endedWell === false ? (["warn", CRASHED] as const) : (["info", RESTARTED] as const);
    this.addEvent({ atMs: this.#startedAtMs, name: "warp_telemetry.restart", severity, text });
  }

  /** One reading of the host. Never throws. */
  readonly onReading = (reading: HostReading): void => {
    this.#history.add(reading);
    if (this.#stopTicks !== undefined) {
      this.#readers.send(messageOf("sample", { atMs: reading.atMs, values: sampleOf(reading) }));
    }
    this.#saveIfDue();
  };

  /** Something that stands on the time axis. It is kept with the history. */
  addEvent(event: LiveEvent): void {
    this.#history.events.add(event);
    this.#saveIfDue();
  }

  /** Streams whose reader has not got their end yet. */
  get openStreams(): number {
    return this.#readers.size;
  }

  /** Takes the same time for every text of that length. */
  isToken(given: string): boolean {
    return this.#token !== undefined && isSameSecret(given, this.#token);
  }

  /** A LiveState, as JSON. */
  state(maySeeTexts: boolean): string {
    const [sources, history, startedAtMs] = [this.#sources, this.#history, this.#startedAtMs];
    return JSON.stringify(liveState({ sources, history, startedAtMs, nowMs: this.#wallMs(), maySeeTexts }));
  }

  /**
   * The messages, as server-sent events, until the reader cancels or {@link end}. Undefined when too many are open. `gone`
   * fires when the reader's connection has ended, whether it has begun to read or not.
   */
  connect(maySeeTexts: boolean, gone: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> | undefined {
    return this.#readers.connect(maySeeTexts, gone);
  }

  /** Ends every stream, for good. Idempotent. */
  end(): void {
    this.#readers.end();
  }

  /** Saves the history, for good. Idempotent, safe before {@link open}. */
  close(): void {
    this.end();
    this.#save();
    this.#file = undefined;
  }

  #tick(): void {
    this.#ticks++;
    for (const message of this.#tails.take()) this.#readers.send(message, true);
    if (this.#ticks % CHANGES_EVERY_TICKS === 0) {
      this.#tellChanges(true);
      this.#tellChanges(false);
    }
    if (this.#ticks % HEARTBEAT_EVERY_TICKS === 0) this.#readers.send(HEARTBEAT);
  }

  #tellChanges(maySeeTexts: boolean): void {
    if (this.#readers.countOf(maySeeTexts) === 0) return;
    const parts = liveParts({ sources: this.#sources, history: this.#history, maySeeTexts });
    const change = this.#changes.since(parts, maySeeTexts);
    if (change !== undefined) this.#readers.send(change, maySeeTexts);
  }

  #whole(maySeeTexts: boolean): Uint8Array<ArrayBuffer> {
    const state = messageOfJson("state", this.state(maySeeTexts));
    return joined([state, ...(maySeeTexts ? this.#tails.beginnings() : [])]);
  }

  /** The timer runs while somebody reads; lines are looked at while somebody reads who may see them. */
  #onReaders(): void {
    const hasTexts = this.#readers.countOf(true) > 0;
    this.#tails.watch(hasTexts);
    if (hasTexts || this.#readers.countOf(false) > 0) {
      this.#stopTicks ??= this.#clock.every(TICK_MS, () => this.#tick());
      return;
    }
    this.#stopTicks?.();
    this.#stopTicks = undefined;
    this.#changes.clear();
  }

  #saveIfDue(): void {
    if (this.#clock.nowMs() - this.#savedAtMs >= SAVE_EVERY_MS) this.#save();
  }

  #save(): void {
    this.#savedAtMs = this.#clock.nowMs();
    this.#file?.write(this.#history);
  }
}
