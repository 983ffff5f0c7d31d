import type { OomKill } from "./oom-reports.ts";

/** A machine that kills more in the time of a step has killed something of it. */
const KEPT_MAX = 64;

/** One kill, or several that were only counted. */
export interface SeenKill {
  /** When it was seen, at most a second after it happened, or five where kills are only counted. Monotonic ms. */
  readonly atMs: number;
  readonly count: number;
  /** Undefined when it was only counted. */
  readonly kill: OomKill | undefined;
}

/** The newest OOM kills of this run, for who judges a step that was killed (see `killVerdict`). */
export class KillHistory {
  readonly #kills: SeenKill[] = [];

  add(kill: SeenKill): void {
    this.#kills.push(kill);
    if (this.#kills.length > KEPT_MAX) this.#kills.shift();
  }

  /** Those that were seen at `sinceMs` or later, the oldest first. */
  since(sinceMs: number): readonly SeenKill[] {
    return this.#kills.filter(({ atMs }) => atMs >= sinceMs);
  }
}
