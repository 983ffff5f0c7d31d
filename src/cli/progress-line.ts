import type { CliContext } from "./context.ts";

const EVERY_MS = 200;
/** To the first column, and away with what was there. */
const CLEAR = "\r\u001b[K";

/** One line at the bottom of a terminal that says how far a long command is. Elsewhere it prints nothing but {@link say}. */
export class ProgressLine {
  readonly #err: CliContext["err"];
  readonly #isTerminal: boolean;
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor({ err, isTerminal }: Pick<CliContext, "err" | "isTerminal">) {
    this.#err = err;
    this.#isTerminal = isTerminal;
  }

  /** Replaces the line; a few times a second at most. */
  show(text: string): void {
    const nowMs = performance.now();
    if (!this.#isTerminal || nowMs - this.#shownAtMs < EVERY_MS) return;
    this.#err(CLEAR + text);
    [this.#shownAtMs, this.#isShown] = [nowMs, true];
  }

  /** A line that stays. */
  say(text: string): void {
    this.end();
    this.#err(`${text}\n`);
  }

  /** Takes the line away. Safe to call twice. */
  end(): void {
    if (this.#isShown) this.#err(CLEAR);
    this.#isShown = false;
    this.#shownAtMs = Number.NEGATIVE_INFINITY;
  }
}
