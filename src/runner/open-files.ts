import { systemCode } from "../lib/error-text.ts";
import type { LogFile } from "./log-file.ts";

/** Files that are held open, so that one that is deleted can be read to its end: those used last. */
const OPEN_MAX = 128;
/** However few descriptors the system gives us. */
const OPEN_MIN = 4;
const OUT_OF_FILES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE"]);

/** Which of the files are open: the ones used last, as many as there may be. */
export class OpenFiles {
  /** In the order of their use. */
  readonly #files = new Set<LogFile>();
  #max = OPEN_MAX;

  get count(): number {
    return this.#files.size;
  }

  /** `file` is open and is needed now; another one is closed for it when there are too many. */
  use(file: LogFile): void {
    this.#files.delete(file);
    this.#files.add(file);
    this.#shrink();
  }

  close(file: LogFile): void {
    this.#files.delete(file);
    file.close();
  }

  /** When `error` says that there are too many open files, holds fewer from now on and returns true. */
  limit(error: unknown): boolean {
    if (!OUT_OF_FILES.has(systemCode(error) ?? "")) return false;
    this.#max = Math.max(OPEN_MIN, Math.floor(this.#files.size / 2));
    this.#shrink();
    return true;
  }

  /** Pages go last: they are deleted soon, and what is closed then is lost. */
  #shrink(): void {
    for (const isPage of [false, true]) {
      for (const file of this.#files) {
        if (this.#files.size <= this.#max) return;
        if (file.isPage === isPage) this.close(file);
      }
    }
  }
}
