import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { descriptorPath } from "./descriptors.ts";
import { systemCode } from "./error-text.ts";
import { makeParents, mkdirIfMissing } from "./make-folder.ts";
import { kindOf, misplaced, openNamed } from "./open-named.ts";
import { checkTrust, distrustOfOpen, isRoot, type PathUse, UntrustedError } from "./trust.ts";

/** A flag that a system lacks is undefined there, which counts as 0 between the others. */
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = constants;

/**
 * A folder that is held by its descriptor. Its entries are reached through the descriptor. So another folder that somebody
 * puts at its path is never used. Where there is no /proc, the entries are reached by path.
 */
export class HeldFolder {
  /** For people, and for programs of others. */
  readonly path: string;
  /** Undefined on Windows, where folders have none. */
  readonly #fd: number | undefined;
  readonly #entries: string;

  private constructor(path: string, fd: number | undefined) {
    this.path = path;
    this.#fd = fd;
    this.#entries = fd !== undefined && existsSync(descriptorPath(fd)) ? descriptorPath(fd) : path;
  }

  /** Opens a folder; one that is not there is made first (0700), with its parents (0755). Throws the system's error. */
  static open(path: string): HeldFolder {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    mkdirIfMissing(path);
    return HeldFolder.#openAt(path);
  }

  static #openAt(path: string): HeldFolder {
    return new HeldFolder(path, process.platform === "win32" ? undefined : openSync(path, O_DIRECTORY));
  }

  /**
   * As {@link open}. For an agent that is root, UntrustedError about `what` when others can change the folder or a folder
   * on the way. That is asked again when it is there: in a sticky folder others may have made it just before us.
   */
  static openTrusted(what: string, path: string): HeldFolder {
    checkTrust(what, path, { isOursToMake: true });
    makeParents(what, dirname(path));
    mkdirIfMissing(path);
    return HeldFolder.findTrusted(what, path);
  }

  /**
   * As {@link openTrusted}, and makes nothing: throws ENOENT when there is no such folder. With `isOnTheWay` a sticky one
   * will do, as for whoever uses only files of ours in it.
   */
  static findTrusted(what: string, path: string, use?: Pick<PathUse, "isOnTheWay">): HeldFolder {
    checkTrust(what, path, use);
    const folder = HeldFolder.#openAt(path);
    try {
      checkTrust(what, path, use);
      if (folder.isInPlace) return folder;
      throw new Error(`Cannot use ${what}: "${path}" was replaced while it was opened; start again`);
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  /**
   * The folder `name` in this one, made when it is not there (0700). Throws when it is a link or no folder, UntrustedError
   * when anybody but root and we can write there, and otherwise the system's error. With `isOfUsers` only an agent of root
   * minds who can write there, as in {@link openTrusted}.
   */
  folder(name: string, { isOfUsers = false }: { readonly isOfUsers?: boolean } = {}): HeldFolder {
    const path = this.at(name);
    mkdirIfMissing(path);
    if (process.platform === "win32") return new HeldFolder(this.pathOf(name), undefined);
    const fd = openNamed(path, this.pathOf(name), O_DIRECTORY | O_NOFOLLOW, "a folder");
    const isTaken = isOfUsers && !isRoot();
    const problem = isTaken ? undefined : distrustOfOpen({ path: this.pathOf(name), stats: fstatSync(fd), fd });
    if (problem === undefined) return new HeldFolder(this.pathOf(name), fd);
    closeSync(fd);
    throw new UntrustedError(`"${this.pathOf(name)}"`, problem);
  }

  /** The path of an entry, for the system's calls of this process only. It holds until {@link close}. */
  at(name: string): string {
    return join(this.#entries, name);
  }

  /** The path of an entry as people know it. */
  pathOf(name: string): string {
    return join(this.path, name);
  }

  /**
   * Opens an existing file for reading and, unless `isReadOnly`, for writing; the caller closes it. Follows no link and
   * never waits. Throws, naming the file, when it is no regular file, UntrustedError when anybody but root and we can
   * write to it, and otherwise the system's error.
   */
  openFile(name: string, { isReadOnly = false }: { readonly isReadOnly?: boolean } = {}): number {
    const path = this.pathOf(name);
    const flags = (isReadOnly ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK;
    const fd = openNamed(this.at(name), path, flags, "a regular file");
    const stats = fstatSync(fd);
    const problem = distrustOfOpen({ path, stats, fd });
    if (stats.isFile() && problem === undefined) return fd;
    closeSync(fd);
    if (problem !== undefined) throw new UntrustedError(`"${path}"`, problem);
    throw new Error(misplaced(path, kindOf(stats), "a regular file"));
  }

  /** Makes a file (mode 0600) and opens it. Throws with the code EEXIST when there is anything of that name. */
  makeFile(name: string): number {
    return openNamed(this.at(name), this.pathOf(name), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, "a regular file");
  }

  /** {@link openFile}, or {@link makeFile} where there is nothing yet. */
  openOrMakeFile(name: string): number {
    try {
      return this.openFile(name);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
    }
    return this.makeFile(name);
  }

  /** The text of a file. Throws as {@link openFile}. */
  readText(name: string): string {
    const fd = this.openFile(name, { isReadOnly: true });
    try {
      return readFileSync(fd, "utf8");
    } finally {
      closeSync(fd);
    }
  }

  /** The bytes of a file of at most `maxBytes`. Throws as {@link openFile}, and when it is longer. */
  readBytes(name: string, maxBytes: number): Uint8Array<ArrayBuffer> {
    const fd = this.openFile(name, { isReadOnly: true });
    try {
      const { size } = fstatSync(fd);
      if (size > maxBytes) {
        throw new Error(`Cannot read "${this.pathOf(name)}": it has ${size} bytes, at most ${maxBytes} wanted`);
      }
      return Uint8Array.from(readFileSync(fd));
    } finally {
      closeSync(fd);
    }
  }

  /**
   * Puts a file (mode 0600) in the place of the one of that name, whole or not at all. `prepare` may change its owner and
   * mode before it has its name. What a crash or a job has left as `<name>.tmp` is removed. Throws the system's error.
   */
  replaceFile(name: string, content: string | Uint8Array, prepare: (fd: number) => void = () => {}): void {
    const temporary = `${name}.tmp`;
    rmSync(this.at(temporary), { force: true });
    const fd = this.makeFile(temporary);
    try {
      writeFileSync(fd, content);
      prepare(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(this.at(temporary), this.at(name));
  }

  /** Whether {@link path} still leads to this folder: a next start would find what is in it. */
  get isInPlace(): boolean {
    if (this.#fd === undefined) return existsSync(this.path);
    try {
      const [held, found] = [fstatSync(this.#fd, { bigint: true }), statSync(this.path, { bigint: true })];
      return held.ino === found.ino && held.dev === found.dev;
    } catch {
      return false;
    }
  }

  /** Ends the use of the folder; files that were opened in it stay open. Call it once. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }
}
