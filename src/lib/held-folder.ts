import { closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorText, systemCode } from "./error-text.ts";
import { checkTrust, distrustOfOpen, type PathUse, UntrustedError } from "./trust.ts";

/** A flag that a system lacks is undefined there, which counts as 0 between the others. */
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = constants;
/** Through this folder of the kernel a descriptor is a path. */
const DESCRIPTORS = "/proc/self/fd";

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
    this.#entries = fd !== undefined && existsSync(`${DESCRIPTORS}/${fd}`) ? `${DESCRIPTORS}/${fd}` : path;
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
   * when anybody but root and we can write there, and otherwise the system's error.
   */
  folder(name: string): HeldFolder {
    const path = this.at(name);
    mkdirIfMissing(path);
    if (process.platform === "win32") return new HeldFolder(this.pathOf(name), undefined);
    const fd = openNamed(path, this.pathOf(name), O_DIRECTORY | O_NOFOLLOW, "a folder");
    const problem = distrustOfOpen({ path: this.pathOf(name), stats: fstatSync(fd), fd });
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

/** What the system's codes mean when something other than a file is there (open(2)). Its own words name no remedy. */
const WRONG_KINDS: Readonly<Record<string, string>> = {
  ELOOP: "a symbolic link",
  EISDIR: "a folder",
  ENOTDIR: "no folder",
  ENXIO: "a socket or a device",
};

function openNamed(path: string, shown: string, flags: number, wanted: string): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    const code = systemCode(error) ?? "";
    const kind = WRONG_KINDS[code];
    const message = kind === undefined ? errorText(error).replace(path, shown) : misplaced(shown, kind, wanted);
    throw Object.assign(new Error(message), { code });
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  return stats.isFIFO() ? "a FIFO" : "a device";
}

function misplaced(path: string, kind: string, wanted: string): string {
  return `Cannot use "${path}": it is ${kind}, ${wanted} wanted; move it away`;
}

/** Each is looked at before the next one is made in it: it may be a link of somebody else's. */
function makeParents(what: string, path: string): void {
  if (!existsSync(path)) {
    makeParents(what, dirname(path));
    mkdirIfMissing(path, 0o755);
  }
  checkTrust(what, path, { isOnTheWay: true });
}

function mkdirIfMissing(path: string, mode = 0o700): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}
