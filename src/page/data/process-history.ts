import type { LiveProcesses } from "../../live/live-data.ts";

/** Half an hour at one every two seconds. */
const KEPT_MAX = 900;

/** What the agent said of the top processes since the page was opened, so that the cursor can ask for a moment. */
export class ProcessHistory {
  readonly #kept: LiveProcesses[] = [];

  add(processes: LiveProcesses): void {
    if (this.#kept.at(-1)?.atMs === processes.atMs) return;
    this.#kept.push(processes);
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
  }

  get latest(): LiveProcesses | undefined {
    return this.#kept.at(-1);
  }

  /** The one that is nearest to the moment, not further away than `withinMs`. */
  at(ms: number, withinMs: number): LiveProcesses | undefined {
    let nearest: LiveProcesses | undefined;
    for (const one of this.#kept) {
      if (Math.abs(one.atMs - ms) > withinMs) continue;
      if (nearest === undefined || Math.abs(one.atMs - ms) < Math.abs(nearest.atMs - ms)) nearest = one;
    }
    return nearest;
  }
}
