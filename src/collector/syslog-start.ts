import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { errorText } from "../lib/error-text.ts";
import { asUser, type UserIds } from "../lib/libc.ts";
import { logOf } from "../lib/log.ts";
import type { CollectorFolder } from "./collector-folder.ts";
import { FIRST_BYTES, type KnownFile, knownFilesStorage, SYSLOG_STORAGE } from "./known-files.ts";
import { syslogCandidates } from "./log-sources.ts";

const { O_NONBLOCK, O_RDONLY } = constants;
const log = logOf("collector");

/**
 * From where on the system log is read by a collector that has never read it: from our start, and not from its own first
 * look half a second later. That is told by what the collector would have in its storage had it read the files until then.
 */
export class SyslogStart {
  readonly #files: ReadonlyMap<string, Stats>;
  #told: "no" | "told" | "untried" | "accepted" | "given up" = "no";

  /** The start is now. `syslogPath`: as it is configured. */
  constructor(syslogPath: string | undefined) {
    const found = syslogCandidates(syslogPath).map((path) => [path, look(path)] as const);
    this.#files = new Map(
      found.flatMap(([path, stats]) => (stats?.isFile() === true && stats.size > 0 ? [[path, stats]] : [])),
    );
  }

  /** Nothing was in `paths` at the start: all that is there was written since. */
  isEmpty(paths: readonly string[]): boolean {
    return paths.every((path) => !this.#files.has(path));
  }

  /**
   * Tells a collector that runs as `user` and reads `paths`, unless its storage is older than we. One that has been told
   * and never got ready is started without: it may know another format. Never throws.
   */
  tell(folder: CollectorFolder, paths: readonly string[], user: UserIds | undefined): void {
    if (paths.length === 0 || (this.#told !== "no" && this.#told !== "untried")) return;
    try {
      if (this.#told === "untried") {
        folder.removeFromStorage(SYSLOG_STORAGE);
        this.#told = "given up";
        return;
      }
      const read = (): readonly KnownFile[] => paths.flatMap((path) => this.#known(path));
      // With its rights: what it may not read is none of its business.
      const files = user === undefined ? read() : asUser(user, read);
      if (folder.addToStorage({ name: SYSLOG_STORAGE, text: knownFilesStorage(files) }, user)) this.#told = "told";
    } catch (error) {
      log.warn("Cannot note from where on the system log is read", { error: errorText(error) });
    }
  }

  /** A collector runs that has been told. */
  started(): void {
    if (this.#told === "told") this.#told = "untried";
  }

  /** The collector is ready: it has understood what it was told. */
  ready(): void {
    if (this.#told === "untried") this.#told = "accepted";
  }

  /** Nothing of a file that has come since or cannot be read. One that was rotated since has another name by now. */
  #known(path: string): readonly KnownFile[] {
    try {
      const fd = openSync(path, O_RDONLY | (O_NONBLOCK ?? 0));
      try {
        const { ino, dev, size } = fstatSync(fd);
        const before = this.#files.values().find((one) => one.ino === ino && one.dev === dev);
        if (before === undefined || size < before.size) return [];
        const bytes = Buffer.alloc(Math.min(before.size, FIRST_BYTES));
        const firstBytes = bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
        return [{ firstBytes, offset: before.size }];
      } finally {
        closeSync(fd);
      }
    } catch {
      return [];
    }
  }
}

/** Undefined of what is not there or may not be looked at: that it is not read is said elsewhere. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
