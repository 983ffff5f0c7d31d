import type { SourceTree } from "./source-tree.ts";
import type { WorkSlices } from "./work-slices.ts";

export interface FolderLooksOptions {
  /** Asked anew for each round: runners come and go. */
  readonly trees: () => readonly SourceTree[];
  readonly slices: WorkSlices;
  /** What stopped the look at a tree. It begins again in the next round. */
  readonly onError: (error: unknown) => void;
}

/** Looks through the folders of all trees, a piece a round, however many folders there are. */
export class FolderLooks {
  readonly #options: FolderLooksOptions;
  /** Those that have begun and not ended. */
  readonly #looks = new Map<SourceTree, Generator<void>>();
  #hasSeenAll = false;

  constructor(options: FolderLooksOptions) {
    this.#options = options;
  }

  /** Whether a round has seen every folder. */
  get hasSeenAll(): boolean {
    return this.#hasSeenAll;
  }

  /** Goes on with each tree's look, at most `maxMs` of work in all: the rest is for the next round. True without a rest. */
  async round(maxMs: number): Promise<boolean> {
    const trees = this.#options.trees();
    let isAllSeen = true;
    for (const tree of trees) {
      const look = this.#looks.get(tree) ?? tree.look();
      this.#looks.set(tree, look);
      try {
        const isDone = await this.#goOn(look, maxMs / trees.length);
        if (isDone) this.#looks.delete(tree);
        isAllSeen &&= isDone;
      } catch (error) {
        this.#looks.delete(tree);
        isAllSeen = false;
        this.#options.onError(error);
      }
    }
    this.#hasSeenAll ||= isAllSeen;
    return isAllSeen;
  }

  /** Ends the looks that have begun; the next round begins new ones. */
  drop(): void {
    for (const look of this.#looks.values()) look.return(undefined);
    this.#looks.clear();
  }

  /** Steps of a look for so long, the pauses in between not counted. True when it has come to its end. */
  async #goOn(look: Generator<void>, maxMs: number): Promise<boolean> {
    for (let workedMs = 0; workedMs < maxMs;) {
      const startMs = performance.now();
      if (look.next().done === true) return true;
      workedMs += performance.now() - startMs;
      await this.#options.slices.pause();
    }
    return false;
  }
}
