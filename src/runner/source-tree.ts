import { type Branch, branchOf, kindIn, pathIn } from "./branch.ts";
import { type DiagSource, isPagesFolder } from "./diag-source.ts";
import { type FolderEntry, FolderListing } from "./folder-entries.ts";
import { LogFile } from "./log-file.ts";
import type { Position } from "./position-store.ts";
import { RefusedError, Refusals } from "./refusals.ts";
import { SourceFolder } from "./source-folder.ts";

/** Files that are followed, in all sources together. Runners keep their logs for a month: thousands of files on a busy host. */
const FILES_MAX = 16_384;
/** Folders that are looked into in one source. */
const FOLDERS_MAX = 64;
/** Entries of one folder that are looked at: their names are in memory meanwhile. */
const ENTRIES_MAX = 65_536;
/** A folder that seems unchanged is listed again after this time: not every file system tells at once. */
const LIST_AGAIN_MS = 30_000;
/** The same where something could not be read: that its mode was mended shows in no folder. */
const REFUSED_AGAIN_MS = 5000;
/** Two changes within the clock's grain look like one: a folder that has just changed is listed once more. */
const GRAIN_MS = 2000;

/** What a source shares with the others. */
export interface Finding {
  /** Of all sources, by key. What is found is put there; the caller closes it, and takes out what {@link LogFile.isGone}. */
  readonly files: Map<string, LogFile>;
  /** How far an earlier run got. */
  readonly saved: (key: string) => Position | undefined;
  /** Called with each file that is new there, and open. */
  readonly found: (file: LogFile) => void;
}

/**
 * Finds the logs of one source and keeps the list of them: what is new, renamed, replaced or gone. Every folder is held
 * by its descriptor; the way to the source is gone anew each time, so that one that was moved away is noticed.
 */
export class SourceTree {
  readonly source: DiagSource;
  readonly #finding: Finding;
  #root: Branch | undefined;
  #rootRefusal: RefusedError | undefined;

  constructor(source: DiagSource, finding: Finding) {
    this.source = source;
    this.#finding = finding;
  }

  /** Folders that are looked into. */
  get folders(): number {
    return [...this.#branches()].length;
  }

  /** Why the source itself cannot be read; undefined when it can, or is not there. */
  get rootRefusal(): RefusedError | undefined {
    return this.#rootRefusal;
  }

  /** `absent` also before the first look. */
  get state(): "read" | "absent" | "refused" {
    if (this.#root !== undefined) return "read";
    return this.#rootRefusal === undefined || this.#rootRefusal.kind === "absent" ? "absent" : "refused";
  }

  /** Its folder is there, has been listed, and holds nothing that the patterns mean. */
  get isWithoutLogs(): boolean {
    return this.#root !== undefined && [...this.#branches()].every(({ matches }) => matches === 0);
  }

  /** What is refused in it at the moment. */
  refusals(): Refusals {
    const all = new Refusals();
    if (this.#rootRefusal !== undefined && this.#rootRefusal.kind !== "absent") {
      all.add(this.#rootRefusal.kind, this.source.folder);
    }
    for (const branch of this.#branches()) all.addAll(branch.refusals);
    return all;
  }

  /**
   * One look at everything, in small steps: the caller goes on when it likes. Throws the system's error when there are
   * too many open files; a new look finds the rest.
   */
  *look(): Generator<void> {
    this.#lookAtRoot();
    yield;
    for (const branch of this.#branches()) {
      const { mtimeMs } = branch.folder.stats();
      if (mtimeMs === branch.changedAtMs && performance.now() < branch.listAgainAtMs) continue;
      yield* this.#list(branch);
      const isNew = Date.now() - mtimeMs < GRAIN_MS;
      const afterMs = isNew ? 0 : branch.refusals.count("unreadable") > 0 ? REFUSED_AGAIN_MS : LIST_AGAIN_MS;
      branch.changedAtMs = mtimeMs;
      branch.listAgainAtMs = performance.now() + afterMs;
    }
  }

  close(): void {
    if (this.#root !== undefined) this.#close(this.#root);
    this.#root = undefined;
  }

  #lookAtRoot(): void {
    let folder: SourceFolder;
    try {
      folder = SourceFolder.open(this.source.folder);
      this.#rootRefusal = undefined;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      this.#rootRefusal = error;
      if (this.#root !== undefined) this.#close(this.#root);
      this.#root = undefined;
      return;
    }
    if (this.#root?.folder.isSameAs(folder) === true) return folder.close();
    if (this.#root !== undefined) this.#close(this.#root);
    this.#root = this.#branchOf(folder, "", 0);
  }

  *#list(branch: Branch): Generator<void> {
    const refusals = new Refusals();
    const found = new Set<string>();
    branch.listed = found;
    let isWhole = false;
    try {
      yield* this.#seeAll(branch, found, refusals);
      isWhole = true;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      if (error.kind !== "absent") refusals.add(error.kind, branch.path || this.source.folder);
    }
    branch.refusals = refusals;
    branch.listed = undefined;
    if (!isWhole) return;
    branch.matches = [...found].filter((name) => this.source.isLog(pathIn(branch, name))).length;
    for (const [name, file] of branch.files) {
      if (found.has(name)) continue;
      file.isGone = true;
      branch.files.delete(name);
    }
    for (const [name, inner] of branch.branches) {
      if (found.has(name)) continue;
      this.#close(inner);
      branch.branches.delete(name);
    }
  }

  /** Fills `found` with the names, all of them. Throws RefusedError when they cannot be listed, or are too many. */
  *#seeAll(branch: Branch, found: Set<string>, refusals: Refusals): Generator<void> {
    const listing = new FolderListing(branch.folder);
    try {
      for (let entries = listing.next(); entries.length > 0; entries = listing.next()) {
        for (const entry of entries) {
          found.add(entry.name);
          if (this.#see(branch, entry, refusals)) yield;
        }
        if (found.size > ENTRIES_MAX) throw new RefusedError("too-many", `More than ${ENTRIES_MAX} entries`);
        yield;
      }
    } finally {
      listing.close();
    }
  }

  /** True when it took more than a moment: something was opened. */
  #see(branch: Branch, { name, kind, inode }: FolderEntry, refusals: Refusals): boolean {
    const path = pathIn(branch, name);
    const isLog = this.source.isLog(path);
    try {
      switch (kind === "unknown" ? kindIn(branch, name) : kind) {
        case "file":
          return isLog && this.#follow(branch, name, inode);
        case "folder":
          return this.source.isSearched(path) && this.#lookInto(branch, { name, path, inode });
        case "link":
          if (isLog || (branch.depth < this.source.depthMax && this.source.isSearched(path)))
            refusals.add("link", path);
          return false;
        case "other":
          if (isLog) refusals.add("not-regular", path);
          return false;
        case "unknown":
          return false;
      }
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      if (error.kind !== "absent") refusals.add(error.kind, path);
      return true;
    }
  }

  /** Begins to follow a file, unless it is followed already. Returns whether it had to be opened for that. */
  #follow(branch: Branch, name: string, inode: number): boolean {
    const known = branch.files.get(name);
    if (known !== undefined && (inode === 0 || known.inode === inode) && !known.isGone) return false;
    const { files } = this.#finding;
    if (files.size >= FILES_MAX) throw new RefusedError("too-many", `More than ${FILES_MAX} files`);
    const file = LogFile.open(branch.folder, name, this.#finding.saved, {
      folder: this.source.folder,
      subfolder: branch.path,
      isPage: branch.isPages,
    });
    const same = files.get(file.key);
    if (known !== undefined && known !== same) known.isGone = true;
    if (same === undefined) {
      files.set(file.key, file);
      branch.files.set(name, file);
      this.#finding.found(file);
      return true;
    }
    file.close();
    // One file with two names is read once, under the first.
    if (same.isGone || same.hasLostName) {
      same.rename(branch.folder, name);
      for (const other of this.#branches())
        for (const [at, one] of other.files) if (one === same) other.files.delete(at);
      branch.files.set(name, same);
    }
    return true;
  }

  #lookInto(branch: Branch, { name, path, inode }: { name: string; path: string; inode: number }): boolean {
    const known = branch.branches.get(name);
    if (known !== undefined && (inode === 0 || known.folder.stats().ino === inode)) return false;
    if (branch.depth >= this.source.depthMax) {
      if (this.source.isBounded) return false;
      throw new RefusedError("too-deep", `More than ${this.source.depthMax} folders deep`);
    }
    if (known === undefined && this.folders >= FOLDERS_MAX)
      throw new RefusedError("too-many", `More than ${FOLDERS_MAX} folders`);
    if (known !== undefined) this.#close(known);
    // The runner's own logs are written all the time, which is told, too.
    if (isPagesFolder(name) && !branch.isPages) branch.watch?.close();
    branch.branches.delete(name);
    branch.branches.set(name, this.#branchOf(branch.folder.folder(name), path, branch.depth + 1));
    return true;
  }

  #branchOf(folder: SourceFolder, path: string, depth: number): Branch {
    const branch: Branch = branchOf(folder, this.source, { path, depth }, (name) => this.#appeared(branch, name));
    return branch;
  }

  /** A name has come or gone. What cannot be opened now is found, or refused, by the next look. */
  #appeared(branch: Branch, name: string): void {
    try {
      if (branch.isPages) {
        if (this.source.isLog(pathIn(branch, name)) && this.#follow(branch, name, 0)) branch.listed?.add(name);
      } else if (isPagesFolder(name) && this.source.isSearched(pathIn(branch, name))) {
        branch.listed?.add(name);
        this.#lookInto(branch, { name, path: pathIn(branch, name), inode: 0 });
      }
    } catch {
      // It is gone again, or there are too many.
    }
  }

  /** The folder is not there any more: what is open of it is read to its end. */
  #close(branch: Branch): void {
    for (const file of branch.files.values()) file.isGone = true;
    for (const inner of branch.branches.values()) this.#close(inner);
    branch.watch?.close();
    branch.folder.close();
  }

  *#branches(from: Branch | undefined = this.#root): Generator<Branch> {
    if (from === undefined) return;
    yield from;
    for (const inner of from.branches.values()) yield* this.#branches(inner);
  }
}
