import type { JobMessage } from "./job-message.ts";

/** Steps that are in no job message: those of hooks, and what actions do before and after. */
const OTHERS = /^(Set up runner|Complete runner|Pre .*|Post .*|Initialize containers|Stop containers)$/;

/**
 * Tells the record of a step from its name and its turn: the log names a step when it starts, and its record when it has
 * ended. Expected is the next step of the job message; what the runner tells puts the turn right.
 */
export class ExpectedSteps {
  readonly #steps: JobMessage["steps"];
  #next = 0;

  constructor(steps: JobMessage["steps"]) {
    this.#steps = steps;
  }

  /** The record that a step of that name most likely has; empty when there is no telling. */
  take(name: string): string {
    const step = this.#steps[this.#next];
    if (step === undefined) return "";
    const isNamed = step.displayName !== "";
    const fits = isNamed ? step.displayName === name : !OTHERS.test(name);
    if (!fits) return "";
    this.#next++;
    return step.id;
  }

  /** A step has ended that has this record. */
  told(id: string): void {
    const index = this.#steps.findIndex((step) => step.id === id);
    if (index >= this.#next) this.#next = index + 1;
  }
}
