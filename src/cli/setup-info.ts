import { closeSync, constants, existsSync, fchmodSync, fchownSync, fstatSync, readFileSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { isJsonObject } from "../lib/json-object.ts";
import { systemCode } from "../lib/error-text.ts";
import { HeldFolder } from "../lib/held-folder.ts";
import { kindOf, misplaced, openNamed } from "../lib/open-named.ts";
import { isRoot } from "../lib/trust.ts";

/** A flag that a system lacks is undefined there, which counts as 0 between the others. */
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
/** The runner's lists have a few hundred bytes. */
const FILE_MAX_BYTES = 1024 * 1024;
/** The heading in "Set up job", by which our entry is known again. */
const GROUP = "warp-telemetry";
const MODE = 0o644;

/**
 * Puts `detail` into the list that the runner prints in "Set up job": in the place of an older entry of ours, else at
 * the end. All other entries stay. The file is made when it is not there, and belongs to whom it belonged, or the owner
 * of its folder. Throws and changes nothing when it is no such list, or no file of its own.
 */
export function writeSetupInfo(path: string, detail: string): void {
  const folderPath = dirname(path);
  if (!existsSync(folderPath)) throw new Error(`Cannot write "${path}": its folder is not there, the runner's wanted`);
  const folder = HeldFolder.open(folderPath);
  try {
    const name = basename(path);
    const old = readOld(folder, name);
    const { uid, gid } = old ?? statSync(folder.at("."));
    folder.replaceFile(name, withEntry(path, old?.text ?? "", detail), (fd) => {
      fchmodSync(fd, old === undefined ? MODE : old.mode);
      if (isRoot()) fchownSync(fd, uid, gid);
    });
  } finally {
    folder.close();
  }
}

interface Old {
  readonly text: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Undefined when there is none. What has another name elsewhere may be a file that the owner of this one cannot read. */
function readOld(folder: HeldFolder, name: string): Old | undefined {
  const path = folder.pathOf(name);
  let fd: number;
  try {
    fd = openNamed(folder.at(name), path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, "a regular file");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error(misplaced(path, kindOf(stats), "a regular file"));
    if (stats.nlink !== 1) throw new Error(`Cannot use "${path}": it has ${stats.nlink} names, one wanted`);
    if (stats.size > FILE_MAX_BYTES) {
      throw new Error(`Cannot use "${path}": it has ${stats.size} bytes, at most ${FILE_MAX_BYTES} wanted`);
    }
    return { text: readFileSync(fd, "utf8"), mode: stats.mode & 0o777, uid: stats.uid, gid: stats.gid };
  } finally {
    closeSync(fd);
  }
}

/** The new text of the list. Throws when the old one is no list. */
export function withEntry(path: string, old: string, detail: string): string {
  const list = listIn(old);
  if (list === undefined)
    throw new Error(`Cannot add to "${path}": it is no JSON list, one wanted; nothing was changed`);
  const entry = { Group: GROUP, Detail: detail };
  const at = list.findIndex(isOurs);
  const all = at < 0 ? [...list, entry] : list.with(at, entry);
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

/** An empty file is an empty list, also to the runner. */
function listIn(text: string): readonly unknown[] | undefined {
  const json = text.replace(/^\uFEFF/, "").trim();
  if (json === "") return [];
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The runner does not mind the case of keys. */
function isOurs(entry: unknown): boolean {
  return isJsonObject(entry) && Object.entries(entry).some(([key, value]) => /^group$/i.test(key) && value === GROUP);
}
