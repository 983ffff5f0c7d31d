import { closeSync, constants, fstatSync, lstatSync, type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { descriptorPath } from "../lib/descriptors.ts";
import { findFolder } from "./find-folder.ts";
import { openAs, openStep } from "./open-as.ts";
import { fileReader, isSameReader, type Reader, readerWithin } from "./reader.ts";
import { RefusedError } from "./refusals.ts";

/** Flags that a system lacks are undefined there, which counts as 0 between the others. */
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY, O_RDONLY } = constants;

/**
 * A folder that may belong to a job, held by its descriptor. An agent of root opens what is in it with the rights of the
 * user who could have put it there, so it reads nothing for him that he could not read himself.
 */
export class SourceFolder {
  readonly #path: string;
  /** Undefined on Windows, where folders have none. */
  readonly #fd: number | undefined;
  readonly #reader: Reader;

  private constructor(path: string, fd: number | undefined, reader: Reader) {
    this.#path = process.platform === "linux" && fd !== undefined ? descriptorPath(fd) : path;
    this.#fd = fd;
    this.#reader = reader;
  }

  /**
   * Opens the folder at `path`, step by step: through no link that others could have made, and through none in its own
   * place. Throws RefusedError.
   */
  static open(path: string): SourceFolder {
    const { fd, reader } = findFolder(resolve(path));
    return new SourceFolder(path, fd, reader);
  }

  /** The folder `name` in this one. Throws RefusedError. */
  folder(name: string): SourceFolder {
    const path = this.at(name);
    if (process.platform === "win32") return new SourceFolder(path, undefined, "as-we-are");
    const fd = openStep(path, name);
    return new SourceFolder(path, fd, readerWithin(this.#reader, { path: name, stats: fstatSync(fd), fd }));
  }

  /**
   * Opens a file for reading; the caller closes it. Never waits. Throws RefusedError unless it is a regular file that
   * can be read here; the system's error when too many files are open.
   */
  openFile(name: string): number {
    const reader = this.#reader === "each-owner" ? fileReader(this.statsOf(name)) : this.#reader;
    const fd = openAs(reader, this.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
    throw new RefusedError("not-regular", `"${name}" is no regular file`);
  }

  /** A descriptor for one listing, from the first entry on; the caller closes it. Throws RefusedError. Not on Windows. */
  openToList(): number {
    const reader = this.#reader === "each-owner" ? "as-we-are" : this.#reader;
    return openAs(reader, `${this.#path}/.`, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }

  /** Of the folder itself. */
  stats(): Stats {
    return this.#fd === undefined ? statSync(this.#path) : fstatSync(this.#fd);
  }

  /** Of an entry; of a link itself. Undefined when it is gone. */
  statsOf(name: string): Stats | undefined {
    try {
      return lstatSync(this.at(name));
    } catch {
      return undefined;
    }
  }

  /** The path of an entry for this process, until {@link close}. */
  at(name: string): string {
    return join(this.#path, name);
  }

  /** Whether both are the same folder of the system. */
  isSameAs(other: SourceFolder): boolean {
    const [a, b] = [this.stats(), other.stats()];
    return a.dev === b.dev && a.ino === b.ino && isSameReader(this.#reader, other.#reader);
  }

  /** Ends the use of it; files that were opened in it stay open. Call it once. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }
}
