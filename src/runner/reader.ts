import type { Stats } from "node:fs";
import { accountOf } from "../lib/accounts.ts";
import type { UserIds } from "../lib/libc.ts";
import { distrustOfOpen, isRoot, type OpenEntry } from "../lib/trust.ts";

/**
 * With whose rights the files of a folder are opened. A user: the first one other than root to whom the way to it belongs.
 * `each-owner`: all is root's, but others can put something there; each file is opened as its own owner, and one of
 * root's as nobody. `as-we-are`: root alone can change it, or we are not root.
 */
export type Reader = UserIds | "each-owner" | "as-we-are";

const ROOT = 0;
/** The group of a user that the system's files do not name: nobody's. */
const NOGROUP = 65_534;
const NOBODY: UserIds = { uid: 65_534, gid: NOGROUP };

/** The user to whom something belongs that is not root's; undefined when it is. */
export function ownerOf({ uid }: Stats): UserIds | undefined {
  return uid === ROOT ? undefined : { uid, gid: accountOf(uid)?.gid ?? NOGROUP };
}

/** The rights for one file of a folder that is read as `each-owner`. */
export function fileReader(stats: Stats | undefined): UserIds {
  return (stats === undefined ? undefined : ownerOf(stats)) ?? NOBODY;
}

/** Whom a folder in another one is read as: rights that were given up on the way are not taken back. */
export function readerWithin(outer: Reader, folder: OpenEntry): Reader {
  // Another user has no rights to lend.
  if (!isRoot() || typeof outer === "object") return outer;
  const owner = ownerOf(folder.stats);
  if (owner !== undefined) return owner;
  return outer === "as-we-are" && distrustOfOpen(folder) === undefined ? outer : "each-owner";
}

/** Whether both read with the same rights. */
export function isSameReader(one: Reader, other: Reader): boolean {
  return typeof one === "object" && typeof other === "object" ? one.uid === other.uid : one === other;
}
