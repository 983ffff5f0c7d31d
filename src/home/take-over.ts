import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join, parse, sep } from "node:path";
import { descriptorPath } from "../lib/descriptors.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { lockFile } from "../lib/libc.ts";

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
const ROOT = 0;
const OTHERS_MAY_ANYTHING = 0o077;
const PIECE_BYTES = 1024 * 1024;

/**
 * Moves the files `names` of an earlier run of root out of `<from>/<subfolder>`, which others can change, into `to`, and
 * returns the names of those that it moved. Linux only, where a path can be walked by descriptors.
 *
 * Nothing of the way is believed: no link is followed, and a file is taken only when it is regular, belongs to root,
 * has one name, and nobody else can read or write it. So it was written by root and by nobody else. A file that `to` has
 * already is left where it is. The copy gets its name before the original goes, so a crash moves it once; the agent of
 * an earlier version that still runs there holds its lock, and nothing is taken then. Never throws for what is in `from`.
 */
export function takeOver(from: string, subfolder: string, to: HeldFolder, names: readonly string[]): readonly string[] {
  if (process.platform !== "linux") return [];
  const source = openWithoutLinks(from);
  if (source === undefined) return [];
  const lock = openRootFile(`${descriptorPath(source)}/lock`);
  try {
    if (lock !== undefined && lockFile(lock) === false) return [];
    const folder = openFolder(`${descriptorPath(source)}/${subfolder}`);
    if (folder === undefined) return [];
    try {
      return names.filter(
        (name) => !existsSync(to.at(name)) && moveFile(`${descriptorPath(folder)}/${name}`, to, name),
      );
    } finally {
      closeSync(folder);
    }
  } finally {
    if (lock !== undefined) closeSync(lock);
    closeSync(source);
  }
}

/** The whole way from the root of the file system on, step by step. Undefined where a link or nothing is on it. */
function openWithoutLinks(path: string): number | undefined {
  let fd = openFolder(parse(path).root);
  for (const name of path.split(sep).filter(Boolean)) {
    if (fd === undefined) return undefined;
    const next = openFolder(join(descriptorPath(fd), name));
    closeSync(fd);
    fd = next;
  }
  return fd;
}

function openFolder(path: string): number | undefined {
  try {
    return openSync(path, O_DIRECTORY | O_NOFOLLOW);
  } catch {
    return undefined;
  }
}

/** A regular file that root alone can have written. */
function openRootFile(path: string): number | undefined {
  let fd: number;
  try {
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
  const stats = fstatSync(fd);
  if (stats.isFile() && stats.uid === ROOT && (stats.mode & OTHERS_MAY_ANYTHING) === 0 && stats.nlink === 1) return fd;
  closeSync(fd);
  return undefined;
}

function moveFile(path: string, to: HeldFolder, name: string): boolean {
  const fd = openRootFile(path);
  if (fd === undefined) return false;
  const temporary = `${name}.taken-over`;
  rmSync(to.at(temporary), { force: true });
  const copy = to.makeFile(temporary);
  try {
    copyBytes(fd, copy);
  } finally {
    closeSync(copy);
    closeSync(fd);
  }
  renameSync(to.at(temporary), to.at(name));
  try {
    unlinkSync(path);
  } catch {
    // Whoever owns the folder has moved it meanwhile. The copy is what counts from now on.
  }
  return true;
}

function copyBytes(from: number, to: number): void {
  const piece = new Uint8Array(PIECE_BYTES);
  for (let at = 0; ;) {
    const count = readSync(from, piece, 0, piece.length, at);
    if (count === 0) return;
    for (let done = 0; done < count;) done += writeSync(to, piece, done, count - done, at + done);
    at += count;
  }
}
