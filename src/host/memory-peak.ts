/** A peak counts when it is so much above the last one: so there are twenty in a step at most. */
const HIGHER_BY_PERCENT = 5;

/** Watches for new peaks of the memory in use, from one step of a job to the next. */
export class MemoryPeak {
  #percent = Number.NaN;
  #step: string | undefined;

  /** Whether this is a peak of this step; what it began with is none. Undefined is what there is between steps. */
  isNew(percent: number, step: string | undefined): boolean {
    if (step !== this.#step || Number.isNaN(this.#percent)) {
      this.#step = step;
      this.#percent = percent;
    }
    if (percent < this.#percent + HIGHER_BY_PERCENT) return false;
    this.#percent = percent;
    return true;
  }
}
