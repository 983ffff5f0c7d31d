import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { descriptorPath } from "../lib/descriptors.ts";
import { systemCode } from "../lib/error-text.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import type { UserIds } from "../lib/libc.ts";
import { mkdirIfMissing } from "../lib/make-folder.ts";
import { isRoot } from "../lib/trust.ts";

/** Names in this folder, which are paths for a program that works in it: the folders above may be closed to it. */
export const STORAGE = "storage";
/** In the agent's home. */
export const FOLDER = "collector";
const CONFIG = "config";
const MARKS = "marks.log";
/** A log of ours that the collector reads after the others: absolute paths come first in its order. */
export const MARK_FILE = `${CONFIG}/${MARKS}`;
const ROOT = { uid: 0, gid: 0 };

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** A file of the collector's configuration. */
export interface ConfigFile {
  readonly name: string;
  readonly text: string | Uint8Array;
}

/**
 * The folder `collector` in the agent's home. It belongs to us: a collector that has a user of its own may pass through
 * it and read its configuration, and write into its storage alone. Everything is reached by descriptor.
 */
export class CollectorFolder implements Disposable {
  readonly held: HeldFolder;

  /** Opens it, or makes it. Throws when it cannot, UntrustedError when others could write there. */
  constructor(home: HeldFolder) {
    this.held = home.folder(FOLDER);
  }

  /** Whose the storage is; undefined while there is none. */
  get storageOwner(): number | undefined {
    return lstatSync(this.held.at(STORAGE), { throwIfNoEntry: false })?.uid;
  }

  /** For the collector to work in. */
  get workingDirectory(): string {
    return process.platform === "win32" ? this.held.path : this.held.at(".");
  }

  /**
   * Writes the configuration for a collector that runs as `user` (as we do, if absent) to read and not to change; files
   * of an earlier one go. Returns their paths in this folder. Throws what the file system says.
   */
  writeConfiguration(files: readonly ConfigFile[], user: UserIds | undefined): readonly string[] {
    openTo(user, this.held);
    this.#inConfig((folder) => {
      openTo(user, folder);
      const names = new Set(files.map(({ name }) => name));
      for (const name of readdirSync(folder.at(".")))
        if (!names.has(name)) rmSync(folder.at(name), { recursive: true, force: true });
      for (const file of files) write(folder, file, user);
    });
    return files.map(({ name }) => `${CONFIG}/${name}`);
  }

  /**
   * Makes {@link MARK_FILE} anew. It is never empty: a collector that has seen any file before reads each new one from
   * its beginning. Throws what the file system says. Call it after {@link writeConfiguration}.
   */
  makeMarkFile(firstLine: string, user: UserIds | undefined): void {
    this.#inConfig((folder) => write(folder, { name: MARKS, text: `${firstLine}\n` }, user));
  }

  /** Appends a line to {@link MARK_FILE}. Throws what the file system says. */
  writeMark(line: string): void {
    this.#inConfig((folder) => {
      const fd = openSync(folder.at(MARKS), O_WRONLY | O_APPEND | O_NOFOLLOW);
      try {
        writeFileSync(fd, `${line}\n`);
      } finally {
        closeSync(fd);
      }
    });
  }

  /**
   * Makes the storage of a collector that runs as `user`, or hands over the one that is there: an older version kept it
   * as root. Throws what the file system says, and when it belongs to another user and we are not root.
   */
  prepareStorage(user: UserIds | undefined): void {
    if (!isRoot()) return this.held.folder(STORAGE).close();
    const path = this.held.at(STORAGE);
    mkdirIfMissing(path);
    const { uid, gid } = user ?? ROOT;
    const fd = openSync(path, O_DIRECTORY | O_NOFOLLOW);
    try {
      if (fstatSync(fd).uid === uid) return;
      const entries = process.platform === "linux" ? descriptorPath(fd) : path;
      for (const name of readdirSync(entries)) giveFile(join(entries, name), { uid, gid });
      // Last: until then the next start hands over again.
      fchmodSync(fd, 0o700);
      fchownSync(fd, uid, gid);
    } finally {
      closeSync(fd);
    }
  }

  /**
   * Makes the file `name` in the storage, for a collector that runs as `user`, unless there is anything of that name.
   * True when it was made. Throws what the file system says, and leaves nothing then. Call it after {@link prepareStorage}.
   */
  addToStorage({ name, text }: ConfigFile, user: UserIds | undefined): boolean {
    return this.#inStorage((at) => {
      let fd: number;
      try {
        fd = openSync(at(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      } catch (error) {
        if (systemCode(error) === "EEXIST") return false;
        throw error;
      }
      try {
        writeFileSync(fd, text);
        if (isRoot() && user !== undefined) fchownSync(fd, user.uid, user.gid);
      } catch (error) {
        rmSync(at(name), { force: true });
        throw error;
      } finally {
        closeSync(fd);
      }
      return true;
    });
  }

  /** Takes a file out of the storage, if it is there. Throws what the file system says. */
  removeFromStorage(name: string): void {
    this.#inStorage((at) => rmSync(at(name), { force: true }));
  }

  /**
   * Gives every file of the storage the name that `rename` says. Returns those that keep theirs because there is one of the
   * other name. Throws what the file system says.
   */
  renameInStorage(rename: (name: string) => string): readonly string[] {
    return this.#inStorage((at) => {
      const names = new Set(readdirSync(at(".")));
      const left: string[] = [];
      for (const name of names) {
        const wanted = rename(name);
        if (wanted === name) continue;
        if (names.has(wanted)) left.push(name);
        else renameSync(at(name), at(wanted));
      }
      return left;
    });
  }

  /** The collector can exchange what is in the storage, but not the folder that `at` leads into. */
  #inStorage<T>(work: (at: (name: string) => string) => T): T {
    const path = this.held.at(STORAGE);
    if (process.platform !== "linux") return work((name) => join(path, name));
    const fd = openSync(path, O_DIRECTORY | O_NOFOLLOW);
    try {
      return work((name) => `${descriptorPath(fd)}/${name}`);
    } finally {
      closeSync(fd);
    }
  }

  #inConfig(work: (folder: HeldFolder) => void): void {
    const folder = this.held.folder(CONFIG);
    try {
      work(folder);
    } finally {
      folder.close();
    }
  }

  [Symbol.dispose](): void {
    this.held.close();
  }
}

/** The collector's group may pass through; nobody else, and nobody may list it. */
function openTo(user: UserIds | undefined, folder: HeldFolder): void {
  if (!isRoot()) return;
  chownSync(folder.at("."), 0, (user ?? ROOT).gid);
  chmodSync(folder.at("."), user === undefined ? 0o700 : 0o710);
}

/** Readable before it has its name. */
function write(folder: HeldFolder, { name, text }: ConfigFile, user: UserIds | undefined): void {
  folder.replaceFile(name, text, (fd) => {
    if (user === undefined) return;
    fchownSync(fd, 0, user.gid);
    fchmodSync(fd, 0o640);
  });
}

/** A regular file with one name: a link of any kind could lead to a file of somebody else. */
function giveFile(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  let fd: number;
  try {
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return;
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isFile() && stats.nlink === 1) fchownSync(fd, uid, gid);
  } finally {
    closeSync(fd);
  }
}
