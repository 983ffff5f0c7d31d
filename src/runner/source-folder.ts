import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, type Stats, statSync } from "node:fs";
import { dirname, join, parse, resolve, sep } from "node:path";
import { accountOf } from "../lib/accounts.ts";
import { errorText, systemCode } from "../lib/error-text.ts";
import { asUser, isGlibcLinux, type UserIds, UserSwitchError } from "../lib/libc.ts";
import { type Distrust, distrustOf, distrustOfStats } from "../lib/trust.ts";
import { RefusedError } from "./refusals.ts";

/** Flags that a system lacks are undefined there, which counts as 0 between the others. */
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY, O_RDONLY } = constants;
/** Opens the way only (open(2)): a folder that may be passed through, but not listed, is enough. */
const O_PATH = 0o10000000;
const DESCRIPTORS = "/proc/self/fd";
const ROOT = 0;
/** The group of a user that the system's files do not name: nobody's. */
const NOGROUP = 65_534;
/** As many symbolic links as the kernel follows. */
const LINKS_MAX = 40;

/**
 * A folder that may belong to a job, held by its descriptor. What is in it is opened with the rights of the first user
 * other than root to whom the way belongs: root then reads nothing that this user could not read himself, whatever he
 * puts there. Where root alone can change the way, and for an agent that is not root, it is opened as we are.
 */
export class SourceFolder {
  readonly #path: string;
  /** Undefined on Windows, where folders have none. */
  readonly #fd: number | undefined;
  readonly #reader: UserIds | undefined;

  private constructor(path: string, fd: number | undefined, reader: UserIds | undefined) {
    this.#path = process.platform === "linux" && fd !== undefined ? `${DESCRIPTORS}/${fd}` : path;
    this.#fd = fd;
    this.#reader = reader;
  }

  /**
   * Opens the folder at `path`, step by step: through no link that others could have made, and through none in its own
   * place. Throws RefusedError.
   */
  static open(path: string): SourceFolder {
    const { fd, reader } = process.platform === "linux" ? walk(resolve(path)) : openByPath(path);
    return new SourceFolder(path, fd, reader);
  }

  /** The folder `name` in this one. Throws RefusedError. */
  folder(name: string): SourceFolder {
    const path = this.at(name);
    if (process.platform === "win32") return new SourceFolder(path, undefined, undefined);
    const fd = openStep(path, name);
    try {
      return new SourceFolder(path, fd, this.#reader ?? readerOf(fstatSync(fd), name));
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /**
   * Opens a file for reading; the caller closes it. Never waits. Throws RefusedError unless it is a regular file that
   * can be read here; the system's error when too many files are open.
   */
  openFile(name: string): number {
    const fd = openAs(this.#reader, this.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
    throw new RefusedError("not-regular", `"${name}" is no regular file`);
  }

  /** A descriptor for one listing, from the first entry on; the caller closes it. Throws RefusedError. Not on Windows. */
  openToList(): number {
    return openAs(this.#reader, `${this.#path}/.`, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
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
    return a.dev === b.dev && a.ino === b.ino && this.#reader?.uid === other.#reader?.uid;
  }

  /** Ends the use of it; files that were opened in it stay open. Call it once. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }
}

interface OpenFolder {
  readonly fd: number | undefined;
  readonly reader: UserIds | undefined;
}

/** Linux: every step is opened in the one before, so that nothing on the way can be exchanged in between. */
function walk(path: string): OpenFolder {
  const { root } = parse(path);
  let names = path.split(sep).filter(Boolean);
  let at = root;
  let links = 0;
  let way = new Way();
  let fd = openStep(root, path);
  try {
    for (;;) {
      const [name, ...rest] = names;
      if (name === undefined) return { fd, reader: way.reader(path) };
      const entry = `${DESCRIPTORS}/${fd}/${name}`;
      const link = linkOf(entry);
      if (link !== undefined) {
        const isBelieved = way.isTrusted && rest.length > 0 && isOurs(link.stats);
        if (!isBelieved || ++links > LINKS_MAX) throw linkError(path, join(at, name));
        names = [...resolve(at, link.target).split(sep).filter(Boolean), ...rest];
        at = root;
        way = new Way();
      } else {
        at = join(at, name);
        names = rest;
      }
      const next = openStep(link === undefined ? entry : root, path);
      closeSync(fd);
      fd = next;
      if (link === undefined) way.pass(at, fstatSync(fd), names.length > 0);
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** What the folders passed so far say of who could have put there what comes next. */
class Way {
  #owner: UserIds | undefined;
  #distrust: Distrust | undefined;

  pass(path: string, stats: Stats, isOnTheWay: boolean): void {
    if (isRoot() && stats.uid !== ROOT) this.#owner ??= idsOf(stats.uid);
    if (this.#owner === undefined) this.#distrust ??= distrustOfStats(path, stats, { isOnTheWay });
  }

  /** Nobody but root and we could have. */
  get isTrusted(): boolean {
    return this.#owner === undefined && this.#distrust === undefined;
  }

  /** Throws RefusedError when all is root's, and others can put something else in its place all the same. */
  reader(path: string): UserIds | undefined {
    if (isRoot() && this.#owner === undefined && this.#distrust !== undefined) throw unsafe(path, this.#distrust);
    return this.#owner;
  }
}

/** Elsewhere there is no path through a descriptor. */
function openByPath(path: string): OpenFolder {
  const link = linkOf(path);
  if (link !== undefined) throw linkError(path, path);
  if (process.platform === "win32") {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return { fd: undefined, reader: undefined };
    throw new RefusedError("absent", `Cannot find "${path}"`);
  }
  const fd = openStep(path, path);
  const { uid } = fstatSync(fd);
  if (!isRoot()) return { fd, reader: undefined };
  if (uid !== ROOT) return { fd, reader: idsOf(uid) };
  const distrust = distrustOf(dirname(path)) ?? distrustOf(path);
  if (distrust === undefined) return { fd, reader: undefined };
  closeSync(fd);
  throw unsafe(path, distrust);
}

function openStep(path: string, shown: string): number {
  try {
    return openSync(path, O_DIRECTORY | O_NOFOLLOW | (process.platform === "linux" ? O_PATH : 0));
  } catch (error) {
    throw refusalOf(error, path, shown);
  }
}

function openAs(reader: UserIds | undefined, path: string, flags: number): number {
  try {
    if (reader === undefined) return openSync(path, flags);
    if (isGlibcLinux()) return asUser(reader, () => openSync(path, flags));
  } catch (error) {
    if (!(error instanceof UserSwitchError)) throw refusalOf(error, path, "it");
  }
  return openOwn(reader, path, flags);
}

/** Where root cannot become the reader, it opens what belongs to the reader and nothing else. */
function openOwn(reader: UserIds | undefined, path: string, flags: number): number {
  let fd: number;
  try {
    fd = openSync(path, flags);
  } catch (error) {
    throw refusalOf(error, path, "it");
  }
  if (fstatSync(fd).uid === reader?.uid) return fd;
  closeSync(fd);
  throw new RefusedError("unreadable", `Cannot read it: it does not belong to uid ${reader?.uid}`);
}

/** Whom a folder in a folder of root's is read as. Throws RefusedError when others can change what root has there. */
function readerOf(stats: Stats, name: string): UserIds | undefined {
  if (!isRoot()) return undefined;
  if (stats.uid !== ROOT) return idsOf(stats.uid);
  const distrust = distrustOfStats(name, stats);
  if (distrust !== undefined) throw unsafe(name, distrust);
  return undefined;
}

function isRoot(): boolean {
  return process.geteuid?.() === ROOT;
}

function isOurs({ uid }: Stats): boolean {
  return uid === ROOT || uid === process.geteuid?.();
}

function idsOf(uid: number): UserIds {
  return { uid, gid: accountOf(uid)?.gid ?? NOGROUP };
}

function linkOf(path: string): { readonly target: string; readonly stats: Stats } | undefined {
  try {
    const stats = lstatSync(path);
    return stats.isSymbolicLink() ? { target: readlinkSync(path), stats } : undefined;
  } catch {
    return undefined;
  }
}

function linkError(path: string, link: string): RefusedError {
  return new RefusedError("link", `Cannot read "${path}": "${link}" is a symbolic link`, "name the folder itself");
}

function unsafe(path: string, { reason, remedy }: Distrust): RefusedError {
  return new RefusedError("unsafe", `Cannot read "${path}" as root: ${reason}`, remedy);
}

/** Too many open files is no fault of the file. */
const OUT_OF_FILES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE"]);

function refusalOf(error: unknown, path: string, shown: string): unknown {
  const code = systemCode(error) ?? "";
  const what = `Cannot read "${shown}"`;
  if (OUT_OF_FILES.has(code)) return error;
  if (code === "ENOENT") return new RefusedError("absent", `${what}: it is not there`);
  if (code === "ELOOP" || linkOf(path) !== undefined) return new RefusedError("link", `${what}: it is a symbolic link`);
  if (code === "ENOTDIR" || code === "ENXIO")
    return new RefusedError("not-regular", `${what}: it is neither file nor folder`);
  return new RefusedError("unreadable", `${what}: ${code === "" ? errorText(error) : code}`);
}
