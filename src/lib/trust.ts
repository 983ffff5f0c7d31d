import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { dirname, join, parse, resolve, sep } from "node:path";
import { accounts, groups } from "./accounts.ts";
import { namedWriters } from "./acl.ts";
import { descriptorPath } from "./descriptors.ts";
import { systemCode } from "./error-text.ts";

/**
 * An agent trusts root and its own user. A path is theirs if every folder on the way, every symbolic link that is
 * followed, and the entry itself belong to one of them, and nobody else may write there. Otherwise another user can
 * replace the entry between two looks at it.
 */
const ROOT = 0;
const GROUP_MAY_WRITE = 0o020;
const OTHERS_MAY_WRITE = 0o002;
const STICKY = 0o1000;
/** As many symbolic links as the kernel follows. */
const LINKS_MAX = 40;

/** Whether this process may do everything. */
export function isRoot(): boolean {
  return process.geteuid?.() === ROOT;
}

/** Whether nobody but root and the user `ownUid` can have made what has these stats. Default: the user that we are. */
export function isOurs({ uid }: Pick<Stats, "uid">, ownUid = process.geteuid?.()): boolean {
  return uid === ROOT || uid === ownUid;
}

/** Why a path cannot be trusted. The texts hold paths and numbers only. */
export interface Distrust {
  /** The folder, link or file that others can change or replace. */
  readonly path: string;
  readonly ownerUid: number;
  /** `"/runner" belongs to uid 1001, root wanted`. */
  readonly reason: string;
  /** The command that repairs it. */
  readonly remedy: string;
}

/** Raised when something has to be trusted and cannot be. The message names it and the command that repairs it. */
export class UntrustedError extends Error {
  override readonly name = "UntrustedError";

  constructor(what: string, { reason, remedy }: Distrust) {
    super(`Cannot use ${what}, which others can change: ${reason}; run: ${remedy}`);
  }
}

/** What a path is for. */
export interface PathUse {
  /** It may be missing: whoever asks makes it, and asks again when it is there. Default: false. */
  readonly isOursToMake?: boolean;
  /** A folder that is only passed through. Default: false. */
  readonly isOnTheWay?: boolean;
}

/**
 * Checks `path` from the root of the file system on. Undefined when it can be trusted. The walk ends at a part that does
 * not exist yet: it can be trusted if nobody else can make it. Others may write into a folder on the way if it is
 * sticky, as `/tmp` is: they cannot replace what is ours in it. A group may write if its only member is the owner, and no
 * access control list names anybody else.
 * Where files have no owners (Windows) everything is trusted. Throws the system's error when it cannot look.
 */
export function distrustOf(
  path: string,
  { isOursToMake = false, isOnTheWay = false }: PathUse = {},
): Distrust | undefined {
  const ownUid = process.geteuid?.();
  if (ownUid === undefined) return undefined;
  const wanted = resolve(path);
  const { root } = parse(wanted);
  let names = wanted.slice(root.length).split(sep).filter(Boolean);
  let at = root;
  let links = 0;
  let folder: { readonly path: string; readonly stats: Stats } | undefined;
  for (;;) {
    const stats = lstat(at);
    if (stats === undefined) return folder === undefined || isOursToMake ? undefined : distrustOfMissing(at, folder);
    if (stats.isSymbolicLink()) {
      if (!isOurs(stats, ownUid)) return foreign(at, stats, ownUid);
      if (++links > LINKS_MAX) throw new Error(`Cannot follow "${path}": more than ${LINKS_MAX} symbolic links`);
      const target = resolve(dirname(at), readlinkSync(at));
      names = [...target.slice(root.length).split(sep).filter(Boolean), ...names];
      at = root;
      continue;
    }
    const distrust = distrustOfEntry(at, stats, { ownUid, isOnTheWay: isOnTheWay || names.length > 0 });
    if (distrust !== undefined) return distrust;
    folder = { path: at, stats };
    const [name, ...rest] = names;
    if (name === undefined) return undefined;
    at = join(at, name);
    names = rest;
  }
}

/**
 * As {@link distrustOf}, for an agent that is not root: it goes on all the same, because it can lose no more than its
 * user has. For an agent of root a path that cannot be trusted is an UntrustedError about `what`.
 */
export function checkTrust(what: string, path: string, use?: PathUse): Distrust | undefined {
  const distrust = distrustOf(path, use);
  if (distrust !== undefined && isRoot()) throw new UntrustedError(what, distrust);
  return distrust;
}

/** One file or folder that has been opened. */
export interface OpenEntry {
  /** For people. Without `fd` also where its access control list is. */
  readonly path: string;
  readonly stats: Stats;
  readonly fd?: number;
}

/**
 * The same check of one open file or folder, without the way to it. `isOnTheWay` is for a folder that is only passed
 * through.
 */
export function distrustOfOpen(
  { path, stats, fd }: OpenEntry,
  { isOnTheWay = false }: Pick<PathUse, "isOnTheWay"> = {},
): Distrust | undefined {
  const ownUid = process.geteuid?.();
  if (ownUid === undefined) return undefined;
  const at = fd === undefined ? path : descriptorPath(fd);
  return distrustOfEntry(path, stats, { ownUid, isOnTheWay, at });
}

function distrustOfEntry(
  path: string,
  stats: Stats,
  { ownUid, isOnTheWay, at = path }: { readonly ownUid: number; readonly isOnTheWay: boolean; readonly at?: string },
): Distrust | undefined {
  if (!isOurs(stats, ownUid)) return foreign(path, stats, ownUid);
  if (isOnTheWay && (stats.mode & STICKY) !== 0) return undefined;
  const writers = otherWriters(stats, at);
  if (writers === undefined) return undefined;
  return {
    path,
    ownerUid: stats.uid,
    reason: `"${path}" (uid ${stats.uid}) can be written by ${writers}, its owner alone wanted`,
    remedy: `chmod go-w "${path}"`,
  };
}

/** The sticky bit keeps others from replacing an entry, and not from making one that is missing. */
function distrustOfMissing(
  path: string,
  folder: { readonly path: string; readonly stats: Stats },
): Distrust | undefined {
  const writers = otherWriters(folder.stats, folder.path);
  if (writers === undefined) return undefined;
  return {
    path,
    ownerUid: folder.stats.uid,
    reason: `"${path}" is not there, and "${folder.path}" can be written by ${writers}, its owner alone wanted`,
    remedy: `mkdir -m 755 "${path}"`,
  };
}

/** Who can write besides the owner; undefined: nobody. `at` is where the access control list is read. */
function otherWriters(stats: Stats, at: string): string | undefined {
  if ((stats.mode & OTHERS_MAY_WRITE) !== 0) return "everybody";
  if ((stats.mode & GROUP_MAY_WRITE) === 0) return undefined;
  const named = namedWriters(at);
  if (named === undefined || isGroupForeign(stats)) return `group ${stats.gid}`;
  const others = named.filter(({ kind, id }) => kind === "group" || (id !== ROOT && id !== stats.uid));
  if (others.length === 0) return undefined;
  return `${others.map(({ kind, id }) => `${kind} ${id}`).join(" and ")} through an access control list`;
}

function foreign(path: string, { uid }: Stats, ownUid: number): Distrust {
  const owner = ownUid === ROOT ? "root" : `root or uid ${ownUid}`;
  return {
    path,
    ownerUid: uid,
    reason: `"${path}" belongs to uid ${uid}, ${owner} wanted`,
    remedy: `chown -h ${ownUid === ROOT ? "root" : ownUid} "${path}"`,
  };
}

/** A group whose only member is the owner gives nobody else access. Many systems have one for each user. */
function isGroupForeign({ uid, gid }: Stats): boolean {
  const users = accounts();
  const group = groups().find((one) => one.gid === gid);
  if (group === undefined || users.length === 0) return true;
  const owner = users.find((user) => user.uid === uid)?.name;
  const own = users.filter((user) => user.gid === gid).map(({ name }) => name);
  return [...group.members, ...own].some((name) => name !== owner);
}

function lstat(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") return undefined;
    throw error;
  }
}
