import type { Clock } from "../lib/clock.ts";
import { frameOf } from "./frame.ts";
import type { Terminal } from "./terminal.ts";

/** For the frame that is on its way at the end. A terminal that takes nothing is not waited for. */
const LAST_FRAME_MAX_MS = 300;

/** Brings rows to a terminal, one frame at a time: a slow line gets fewer frames, not old ones. */
export class Painter {
  readonly #terminal: Pick<Terminal, "write">;
  /** What the screen shows; undefined when that is not known. */
  #shown: readonly string[] | undefined;
  #writing: Promise<void> | undefined;
  /** The newest rows that came while a frame was on its way. */
  #next: readonly string[] | undefined;

  constructor(terminal: Pick<Terminal, "write">) {
    this.#terminal = terminal;
  }

  /** Shows the rows now, or when the terminal has taken the frame before. */
  paint(rows: readonly string[]): void {
    if (this.#writing !== undefined) {
      this.#next = rows;
      return;
    }
    const frame = frameOf(rows, this.#shown?.length === rows.length ? this.#shown : undefined);
    this.#shown = rows;
    if (frame !== "") this.#writing = this.#write(frame);
  }

  /** The screen has been cleared, or shows something else: the next frame is a whole one. */
  forget(): void {
    this.#shown = undefined;
  }

  /** Resolves when nothing is on its way, or after 300 ms. */
  async settled(clock: Clock): Promise<void> {
    this.#next = undefined;
    if (this.#writing === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(LAST_FRAME_MAX_MS, resolve);
    await Promise.race([this.#writing, promise]);
    cancel();
  }

  async #write(frame: string): Promise<void> {
    await this.#terminal.write(frame);
    this.#writing = undefined;
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.paint(next);
  }
}
