import type { LogFile } from "./log-file.ts";
import { pageNumber, stepKey } from "./step-limits.ts";

/**
 * Files that wait to be read, a piece of each in turn. Logs that somebody else wants to see come first and as a whole,
 * since whose the others are stands in them, until {@link endPriority}. The pages of a step are one behind the other, as
 * they were written.
 */
export class ReadingOrder {
  /** What is read in turn: one file, or the pages of a step. */
  readonly #queue: LogFile[][];
  #hasPriority = true;

  /** Of `files` those that are due: what `isDue` says, and all pages but a step's last, which have ended. */
  constructor(files: Iterable<LogFile>, isDue: (file: LogFile) => boolean) {
    const wanted: LogFile[][] = [];
    const others: LogFile[][] = [];
    const steps = new Map<string, LogFile[]>();
    for (const file of files) {
      if (file.isPage) addTo(steps, stepKey(file), file);
      else if (isDue(file)) (file.isWanted ? wanted : others).push([file]);
    }
    const turns = [...steps.values()].map((pages) => duePages(pages, isDue)).filter((pages) => pages.length > 0);
    this.#queue = [...wanted, ...others, ...turns];
  }

  /** The file to read next; undefined when there is none. */
  get first(): LogFile | undefined {
    return this.#queue[0]?.[0];
  }

  /** Turns that are left. */
  get length(): number {
    return this.#queue.length;
  }

  /** A piece of {@link first} has been read, and there may be more of it: its turn comes again. */
  putOff(): void {
    const turn = this.#queue[0];
    if (turn === undefined || (this.#hasPriority && isWanted(turn))) return;
    this.#queue.shift();
    this.#queue.push(turn);
  }

  /** All files are alike from now on: a huge log keeps no other from being read. Safe to call again. */
  endPriority(): void {
    if (!this.#hasPriority) return;
    this.#hasPriority = false;
    const wanted = this.#queue.filter(isWanted);
    const others = this.#queue.filter((turn) => !isWanted(turn));
    this.#queue.splice(0, this.#queue.length, ...others, ...wanted);
  }

  /** {@link first} has no more for now. */
  done(): void {
    const turn = this.#queue.shift();
    turn?.shift();
    if (turn !== undefined && turn.length > 0) this.#queue.push(turn);
  }
}

/** In the order in which they were written. */
function duePages(pages: readonly LogFile[], isDue: (file: LogFile) => boolean): LogFile[] {
  if (pages.length === 1) return pages.filter(isDue);
  const numbered = pages.map((page) => ({ page, number: pageNumber(page) }));
  const sorted = numbered.toSorted((one, other) => one.number - other.number).map(({ page }) => page);
  for (const page of sorted.slice(0, -1)) page.end(performance.now());
  return sorted.filter(isDue);
}

function addTo(steps: Map<string, LogFile[]>, key: string, page: LogFile): void {
  const pages = steps.get(key);
  if (pages === undefined) steps.set(key, [page]);
  else pages.push(page);
}

function isWanted([first]: readonly LogFile[]): boolean {
  return first?.isWanted === true;
}
