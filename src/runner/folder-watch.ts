import { type FSWatcher, watch } from "node:fs";
import type { SourceFolder } from "./source-folder.ts";

/** Names a second that are told at once; the next look at the folder finds the others. Nobody starts so many steps. */
const NAMES_MAX_PER_S = 500;
const SECOND_MS = 1000;

/**
 * Tells names that appear in a folder or go, within a millisecond or so: a file that lives less than a second is missed by
 * whoever looks each second. Only on Linux, where a folder can be watched by its descriptor; it tells nothing elsewhere.
 * What it tells is a hint: names may be missing, and the kernel's limit of watches may leave no room for this one.
 */
export class FolderWatch {
  #watcher: FSWatcher | undefined;
  #secondStartMs = 0;
  #names = 0;

  constructor(folder: SourceFolder, told: (name: string) => void) {
    if (process.platform !== "linux") return;
    try {
      this.#watcher = watch(folder.at("."), { persistent: false }, (event, name) => {
        // What is written into a file is told, too.
        if (event === "rename" && name !== null && this.#isWithinLimit()) told(name);
      });
      this.#watcher.on("error", () => this.close());
    } catch {
      // The folder is looked at each second anyway.
    }
  }

  /** Safe to call twice. */
  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #isWithinLimit(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#secondStartMs > SECOND_MS) {
      this.#secondStartMs = nowMs;
      this.#names = 0;
    }
    return ++this.#names <= NAMES_MAX_PER_S;
  }
}
