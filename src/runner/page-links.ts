import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  rmSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { errorText, systemCode } from "../lib/error-text.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { logOf } from "../lib/log.ts";
import { LogFile, type LogFolder, type LogPlace } from "./log-file.ts";
import { type Position, RUNNER_FOLDER } from "./position-store.ts";
import type { Finding } from "./source-tree.ts";

/** Of pages that the runner has deleted, so many bytes are kept on the disk for a restart of ours, and for so long. */
const KEPT_MAX_BYTES = 64 * 1024 * 1024;
const KEPT_MAX_MS = 10 * 60 * 1000;
/** A job that makes more pages at a time has no right to as many names in our folder. */
const SECOND_NAMES_MAX = 1024;
const FOLDER = "pages";
/** Stands between the parts of a second name. */
const SEPARATOR = ",";
/** What no later page of the same runner will change: another file system than ours, or one without links. */
const FOR_GOOD: ReadonlySet<string> = new Set(["EXDEV", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);
const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

const log = logOf("runner");

/** A name that an earlier run has left. */
interface Left {
  readonly link: string;
  readonly stats: Stats;
}

/**
 * A second name for each page that is read, in our own folder. The runner deletes a page within a second of its step's
 * end; with the second name a restart of ours finds it all the same. Where a file system allows none, or the name would be
 * too long, nothing is said: what is open is read to its end as long as we live.
 */
export class PageLinks {
  readonly #folder: HeldFolder;
  readonly #maxBytes: number;
  readonly #maxCount: number;
  readonly #kept = new Map<LogFile, { readonly link: string; goneAtMs: number | undefined }>();
  /** Runners whose file system allows no second names here. */
  readonly #impossible = new Set<string>();

  /** @param home the folder of the positions, {@link RUNNER_FOLDER}. Throws when it cannot be used. */
  constructor(home: HeldFolder, { maxBytes = KEPT_MAX_BYTES, maxCount = SECOND_NAMES_MAX } = {}) {
    this.#folder = home.folder(FOLDER);
    this.#maxBytes = maxBytes;
    this.#maxCount = maxCount;
  }

  /**
   * Finds the pages that an earlier run has left here, that are still wanted, and that were deleted a short time ago; the
   * others lose their name, and so do the oldest where all are too large. One that cannot be opened now keeps it for the
   * next start. Never throws.
   */
  restore({ files, saved, found }: Finding, isWanted: (place: LogPlace, name: string) => boolean): void {
    let deletedBytes = 0;
    const left = this.#left().filter(({ link, stats }) => {
      const { place, name } = partsOf(link);
      const isPage = stats.isFile() && isWanted(place, name);
      if (isPage && stats.nlink === 1) deletedBytes += stats.size;
      const isLeft = isPage && !this.#isOver(stats, deletedBytes);
      if (!isLeft) this.#remove(link);
      return isLeft;
    });
    // In the order in which they are kept: the oldest first.
    for (const { link, stats } of left.toReversed()) {
      const page = this.#open(link, saved);
      if (page === undefined) continue;
      // Until it is found in its folder: a job may have given it a name elsewhere, which does not count.
      page.isGone = true;
      const ageMs = Date.now() - stats.ctimeMs;
      this.#note(page, link, stats.nlink === 1 ? performance.now() - ageMs : undefined);
      files.set(page.key, page);
      found(page);
    }
  }

  /** Deleted too long ago, as the system knows it: a file's status changes when one of its names goes. */
  #isOver({ nlink, ctimeMs }: Stats, deletedBytes: number): boolean {
    return nlink === 1 && (Date.now() - ctimeMs > KEPT_MAX_MS || deletedBytes > this.#maxBytes);
  }

  /** The newest first. */
  #left(): readonly Left[] {
    return this.#links()
      .map((link) => ({ link, stats: this.#statsOf(link) }))
      .filter((left): left is Left => left.stats !== undefined)
      .toSorted((one, two) => two.stats.ctimeMs - one.stats.ctimeMs);
  }

  #statsOf(link: string): Stats | undefined {
    try {
      return lstatSync(this.#folder.at(link), { throwIfNoEntry: false });
    } catch {
      return undefined;
    }
  }

  #links(): readonly string[] {
    try {
      return readdirSync(this.#folder.at("."));
    } catch (error) {
      log.debug("Cannot list the pages that an earlier run has kept", { error });
      return [];
    }
  }

  /** What cannot be removed stays for a later start. */
  #remove(link: string): void {
    try {
      rmSync(this.#folder.at(link), { recursive: true, force: true });
    } catch (error) {
      log.debug("Cannot remove the second name of a page", { error });
    }
  }

  /** Gives a page that was just found its second name. Never throws. */
  keep(page: LogFile): void {
    if (page.isKept || this.#impossible.has(page.folder) || !this.#makesRoom()) return;
    const link = nameOf(page);
    const path = this.#folder.at(link);
    try {
      linkSync(page.path, path);
    } catch (error) {
      if (FOR_GOOD.has(systemCode(error) ?? "")) this.#impossible.add(page.folder);
      return;
    }
    // Another file may have had the page's name by then.
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === page.inode) this.#note(page, link);
    else this.#remove(link);
  }

  /** Takes the name of the oldest page that has been read to its end, where there are too many. False when there is none. */
  #makesRoom(): boolean {
    if (this.#kept.size < this.#maxCount) return true;
    const read = [...this.#kept.keys()].find(({ bytesBehind }) => bytesBehind === 0);
    if (read !== undefined) this.release(read);
    return read !== undefined;
  }

  /** Takes the second name away: the page is in the ring, or given up. Does nothing for what has none. */
  release(page: LogFile): void {
    const kept = this.#kept.get(page);
    if (kept === undefined) return;
    this.#kept.delete(page);
    page.isKept = false;
    this.#remove(kept.link);
  }

  /**
   * Opens a page that was closed, because too many are open, and has been deleted since. False when it has no second name,
   * or cannot be opened now.
   */
  reopen(page: LogFile): boolean {
    const kept = this.#kept.get(page);
    if (kept === undefined) return false;
    try {
      return page.openFrom(this.#folderOf(kept.link));
    } catch (error) {
      log.debug("Cannot open a page by its second name", { error });
      return false;
    }
  }

  /** Releases the pages that have been deleted for too long, and of the others the oldest while they are too large. */
  shrink(nowMs: number): void {
    let bytes = 0;
    for (const [page, kept] of [...this.#kept].toReversed()) {
      // One that was restored is found in its folder a little later.
      if (!page.isGone) {
        kept.goneAtMs = undefined;
        continue;
      }
      kept.goneAtMs ??= nowMs;
      bytes += page.size;
      if (bytes > this.#maxBytes || nowMs - kept.goneAtMs > KEPT_MAX_MS) this.release(page);
    }
  }

  /** The names stay, for the next start. Safe to call once. */
  close(): void {
    this.#folder.close();
  }

  #note(page: LogFile, link: string, goneAtMs?: number): void {
    page.isKept = true;
    this.#kept.set(page, { link, goneAtMs });
  }

  /** Undefined when it cannot be opened now. One that is another file than its name says loses that. */
  #open(link: string, saved: (key: string) => Position | undefined): LogFile | undefined {
    const { key, place, name } = partsOf(link);
    try {
      const file = LogFile.open(this.#folderOf(link), name, saved, place);
      if (file.key === key) return file;
      file.close();
      this.#remove(link);
    } catch (error) {
      log.debug("Cannot use a page that an earlier run has kept", { error });
    }
    return undefined;
  }

  /** In which the page can be opened, and no more: it is looked for in the runner's folder as any other. */
  #folderOf(link: string): LogFolder {
    const path = this.#folder.at(link);
    return { at: () => path, statsOf: () => undefined, openFile: () => openRegular(path) };
  }
}

/** Takes all second names away, for an agent that reads no pages any more. `home` is its own. Never throws. */
export function removePageLinks(home: HeldFolder): void {
  try {
    rmSync(home.at(join(RUNNER_FOLDER, FOLDER)), { recursive: true, force: true });
  } catch (error) {
    log.warn("Cannot remove the pages that an earlier run has kept", { error: errorText(error) });
  }
}

/** What the page is and where it was. A comma in a folder is encoded. */
function nameOf({ key, folder, subfolder, name }: LogFile): string {
  return [key, encodeURIComponent(folder), encodeURIComponent(subfolder), name].join(SEPARATOR);
}

/** What {@link nameOf} has put together. Of any other name it makes parts that fit nothing. */
function partsOf(link: string): { readonly key: string; readonly place: LogPlace; readonly name: string } {
  const [key = "", folder = "", subfolder = "", ...rest] = link.split(SEPARATOR);
  const place = { folder: decoded(folder), subfolder: decoded(subfolder), isPage: true };
  return { key, place, name: rest.join(SEPARATOR) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function openRegular(path: string): number {
  const fd = openSync(path, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new Error("It is no regular file");
}
