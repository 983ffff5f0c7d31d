import type { LiveSpan, LiveStep } from "../../live/live-data.ts";

/** What somebody has asked to see: a step, a span, or a moment. Views tell it, and others follow. */
export class Selection {
  #step: LiveStep | undefined;
  #span: LiveSpan | undefined;
  readonly #stepListeners: (() => void)[] = [];
  readonly #spanListeners: (() => void)[] = [];
  readonly #momentListeners: ((ms: number) => void)[] = [];

  get step(): LiveStep | undefined {
    return this.#step;
  }

  /** What was chosen last: its time is marked in the charts. */
  get marked(): LiveSpan | LiveStep | undefined {
    return this.#span ?? this.#step;
  }

  onStep(listener: () => void): void {
    this.#stepListeners.push(listener);
  }

  /** Another span, or none any more. */
  onSpan(listener: () => void): void {
    this.#spanListeners.push(listener);
  }

  onMoment(listener: (ms: number) => void): void {
    this.#momentListeners.push(listener);
  }

  /** Undefined: no step any more. */
  chooseStep(step: LiveStep | undefined): void {
    this.chooseSpan(undefined);
    this.#step = step;
    for (const listener of this.#stepListeners) listener();
  }

  /** Undefined: no span any more. The step stays: the log keeps its filter. */
  chooseSpan(span: LiveSpan | undefined): void {
    if (span === this.#span) return;
    this.#span = span;
    for (const listener of this.#spanListeners) listener();
  }

  /** The log goes to this moment. */
  goTo(ms: number): void {
    for (const listener of this.#momentListeners) listener(ms);
  }
}
