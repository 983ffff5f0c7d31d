import type { Clock } from "../lib/clock.ts";
import { mask } from "../lib/mask.ts";
import { RunData } from "../page/data/run-data.ts";
import { screenOf } from "./draw-screen.ts";
import { HeldMessages } from "./held-messages.ts";
import { inked, type Look } from "./ink.ts";
import { keysIn } from "./keys.ts";
import { LiveFeed, type LiveFeedOptions } from "./live-feed.ts";
import { LogWindow } from "./log-window.ts";
import { LostError } from "./lost-error.ts";
import { Painter } from "./painter.ts";
import { takeMessage } from "./read-message.ts";
import type { Terminal } from "./terminal.ts";
import { afterKey, FIRST_VIEW, type View } from "./view.ts";

/** As often as samples come. A key is answered at once. */
export const FRAME_EVERY_MS = 1000;

export interface TopScreenOptions extends Pick<LiveFeedOptions, "open" | "clock"> {
  readonly terminal: Terminal;
  readonly look: Look;
  /** A stop signal. */
  readonly stop: AbortSignal;
  /** Wall time in ms. */
  readonly wallMs: () => number;
}

/** Shows an agent in a terminal until somebody leaves. One life: {@link run}. */
export class TopScreen {
  readonly #terminal: Terminal;
  readonly #painter: Painter;
  readonly #look: Look;
  readonly #clock: Clock;
  readonly #wallMs: () => number;
  readonly #data = new RunData();
  readonly #window = new LogWindow(this.#data.logs);
  readonly #held = new HeldMessages();
  readonly #feed: LiveFeed;
  readonly #end = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #view: View = FIRST_VIEW;
  #scrollMax = 0;
  #lostReason: string | undefined;
  /** The terminal is ours. Before, and without a first state, it is left alone. */
  #hasEntered = false;
  /** Set while the picture stands still. */
  #pausedAtMs: number | undefined;

  constructor({ terminal, look, clock, wallMs, open, stop }: TopScreenOptions) {
    this.#terminal = terminal;
    this.#painter = new Painter(terminal);
    this.#look = look;
    this.#clock = clock;
    this.#wallMs = wallMs;
    if (stop.aborted) this.#finish();
    stop.addEventListener("abort", () => this.#finish(), { once: true });
    this.#feed = new LiveFeed({
      open,
      clock,
      stop: this.#end.signal,
      onMessage: (name, json) => this.#onMessage(name, json),
      onLost: (reason) => this.#onLost(reason),
    });
  }

  /**
   * Resolves when somebody has left, or a stop signal has come. Rejects with a LostError when the agent does not answer at
   * the beginning, and for a defect. The terminal is as it was in every case.
   */
  async run(): Promise<void> {
    const stopFrames = this.#clock.every(FRAME_EVERY_MS, () => this.#draw());
    try {
      void this.#feed.follow();
      await this.#ended.promise;
    } finally {
      stopFrames();
      this.#end.abort();
      // What is on its way belongs on the screen that is left.
      await this.#painter.settled(this.#clock);
      this.#terminal.leave();
    }
  }

  #finish(): void {
    this.#end.abort();
    this.#ended.resolve();
  }

  #fail(error: unknown): void {
    this.#end.abort();
    this.#ended.reject(error);
  }

  #onMessage(name: string, json: string): void {
    const isState = name === "state";
    if (this.#pausedAtMs === undefined) takeMessage(this.#data, name, json, this.#wallMs());
    else this.#held.add(name, json);
    if (!isState) return;
    // That the agent is back is told at once, whatever is paused.
    this.#data.setConnection({ kind: "live" });
    this.#lostReason = undefined;
    if (!this.#hasEntered) this.#enter();
    this.#draw();
  }

  #enter(): void {
    this.#hasEntered = true;
    this.#terminal.enter({
      onInput: (text) => this.#onInput(text),
      onLost: () => {
        this.#painter.forget();
        this.#draw();
      },
      onEnd: () => this.#finish(),
    });
  }

  #onLost(reason: string): void {
    if (!this.#hasEntered) return this.#fail(new LostError(reason));
    this.#lostReason = reason;
    const { connection } = this.#data;
    if (connection.kind !== "lost") this.#data.setConnection({ kind: "lost", sinceMs: this.#wallMs() });
    this.#draw();
  }

  #onInput(text: string): void {
    for (const key of keysIn(text)) {
      const wish = afterKey(this.#view, key, this.#scrollMax);
      if (wish.kind === "quit") return this.#finish();
      // Nothing is drawn on the shell's screen.
      if (wish.kind === "suspend") return this.#terminal.suspend();
      this.#see(wish.view);
    }
    this.#draw();
  }

  #see(view: View): void {
    this.#view = view;
    if (view.isPaused) {
      this.#pausedAtMs ??= this.#wallMs();
      return;
    }
    if (this.#pausedAtMs === undefined) return;
    this.#pausedAtMs = undefined;
    const isIncomplete = this.#held.isOver;
    try {
      this.#held.release((name, json) => takeMessage(this.#data, name, json, this.#wallMs()));
    } catch {
      // What no agent says: a new connection tells why.
      return this.#feed.renew();
    }
    if (isIncomplete) this.#feed.renew();
  }

  #draw(): void {
    const { state } = this.#data;
    if (!this.#hasEntered || this.#end.signal.aborted || state === undefined) return;
    const wallMs = this.#wallMs();
    const seenMs = this.#pausedAtMs ?? wallMs;
    try {
      const seen = {
        data: this.#data,
        state,
        nowMs: this.#data.agentNowMs(seenMs),
        seenMs,
        wallMs,
        lostReason: this.#lostReason,
        logNumbers: this.#window.matching(this.#view.filter),
      };
      const { lines, scrollMax } = screenOf(seen, this.#view, this.#terminal.size());
      this.#scrollMax = scrollMax;
      this.#painter.paint(lines.map((line) => mask(inked(line, this.#look))));
    } catch (error) {
      this.#fail(error);
    }
  }
}
