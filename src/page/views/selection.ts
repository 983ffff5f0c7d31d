import type { LiveStep } from "../../live/live-data.ts";

/** What somebody has asked to see: a step, or a moment. Views tell it, and others follow. */
export class Selection {
  #step: LiveStep | undefined;
  readonly #stepListeners: (() => void)[] = [];
  readonly #momentListeners: ((ms: number) => void)[] = [];

  get step(): LiveStep | undefined {
    return this.#step;
  }

  onStep(listener: () => void): void {
    this.#stepListeners.push(listener);
  }

  onMoment(listener: (ms: number) => void): void {
    this.#momentListeners.push(listener);
  }

  /** Undefined: no step any more. */
  chooseStep(step: LiveStep | undefined): void {
    this.#step = step;
    for (const listener of this.#stepListeners) listener();
  }

  /** The log goes to this moment. */
  goTo(ms: number): void {
    for (const listener of this.#momentListeners) listener(ms);
  }
}
