import { closeSync, constants, fstatSync, linkSync, lstatSync, openSync, readdirSync, rmSync } from "node:fs";
import { systemCode } from "../lib/error-text.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { logOf } from "../lib/log.ts";
import { LogFile } from "./log-file.ts";
import type { Position } from "./position-store.ts";
import type { Finding } from "./source-tree.ts";

/** Of pages that the runner has deleted, so many bytes are kept on the disk for a restart of ours, and for so long. */
const KEPT_MAX_BYTES = 64 * 1024 * 1024;
const KEPT_MAX_MS = 10 * 60 * 1000;
/** A job that makes more pages at a time has no right to as many names in our folder. */
const LINKS_MAX = 1024;
const FOLDER = "pages";
/** What no later try will change: another file system, one without links, or no right to link what belongs to others. */
const FOR_GOOD: ReadonlySet<string> = new Set(["EXDEV", "EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);
const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

const log = logOf("runner");

/**
 * A second name for each page that is read, in our own folder. The runner deletes a page within a second of its step's
 * end; with the second name a restart of ours finds it all the same. Where a file system allows none, nothing is said:
 * what is open is read to its end as long as we live.
 */
export class PageLinks {
  readonly #folder: HeldFolder;
  readonly #maxBytes: number;
  readonly #kept = new Map<LogFile, { readonly link: string; goneAtMs: number | undefined }>();
  #isPossible = true;

  /** @param home the folder of the positions. Throws when it cannot be used. */
  constructor(home: HeldFolder, maxBytes = KEPT_MAX_BYTES) {
    this.#folder = home.folder(FOLDER);
    this.#maxBytes = maxBytes;
  }

  /** Finds the pages that an earlier run has left here and that are young enough; all other names go. Never throws. */
  restore({ files, saved, found }: Finding): void {
    for (const link of this.#links()) {
      const page = this.#open(link, saved);
      if (page === undefined) {
        this.#remove(link);
      } else {
        // Until it is found in its folder: a job may have given it a name elsewhere, which does not count.
        page.isGone = true;
        files.set(page.key, page);
        found(page);
      }
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
    if (!this.#isPossible || page.isKept || this.#kept.size >= LINKS_MAX) return;
    const link = [page.key, encodeURIComponent(page.folder), page.name].join(",");
    const path = this.#folder.at(link);
    try {
      linkSync(page.path, path);
    } catch (error) {
      this.#isPossible = !FOR_GOOD.has(systemCode(error) ?? "");
      return;
    }
    // Another file may have had the page's name by then.
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === page.inode) this.#note(page, link);
    else this.#remove(link);
  }

  /** Takes the second name away: the page is in the ring, or given up. Does nothing for what has none. */
  release(page: LogFile): void {
    const kept = this.#kept.get(page);
    if (kept === undefined) return;
    this.#kept.delete(page);
    page.isKept = false;
    this.#remove(kept.link);
  }

  /** Releases the pages that have been deleted for too long, and of the others the oldest while they are too large. */
  shrink(nowMs: number): void {
    let bytes = 0;
    for (const [page, kept] of [...this.#kept].toReversed()) {
      if (!page.isGone) continue;
      kept.goneAtMs ??= nowMs;
      bytes += page.size;
      if (bytes > this.#maxBytes || nowMs - kept.goneAtMs > KEPT_MAX_MS) this.release(page);
    }
  }

  /** The names stay, for the next start. Safe to call once. */
  close(): void {
    this.#folder.close();
  }

  #note(page: LogFile, link: string): void {
    page.isKept = true;
    this.#kept.set(page, { link, goneAtMs: undefined });
  }

  #open(link: string, saved: (key: string) => Position | undefined): LogFile | undefined {
    const [key, folder = "", ...name] = link.split(",");
    const path = this.#folder.at(link);
    try {
      const stats = lstatSync(path);
      if (!stats.isFile() || Date.now() - stats.mtimeMs > KEPT_MAX_MS || this.#keptBytes + stats.size > this.#maxBytes)
        return undefined;
      // The page is looked for in the runner's folder as any other; here it only can be opened.
      const here = { at: () => path, statsOf: () => undefined, openFile: () => openRegular(path) };
      const file = LogFile.open(here, name.join(","), saved, { folder: decodeURIComponent(folder), isPage: true });
      if (file.key === key) {
        this.#note(file, link);
        return file;
      }
      file.close();
    } catch (error) {
      log.debug("Cannot use a page that an earlier run has kept", { error });
    }
    return undefined;
  }

  get #keptBytes(): number {
    return [...this.#kept.keys()].reduce((sum, { size }) => sum + size, 0);
  }
}

function openRegular(path: string): number {
  const fd = openSync(path, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new Error("It is no regular file");
}
