import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { dirname, join, parse, resolve, sep } from "node:path";
import { accounts, groups } from "./accounts.ts";
import { systemCode } from "./error-text.ts";

/**
 * Whom an agent believes: root and its own user. What lies at a path is theirs when every folder on the way to it, every
 * symbolic link that is followed, and the thing itself belong to one of them, and nobody else may write there. Otherwise
 * another user of the machine can put something else in its place between two looks at it.
 */
const ROOT = 0;
const GROUP_MAY_WRITE = 0o020;
const OTHERS_MAY_WRITE = 0o002;
const STICKY = 0o1000;
/** As many symbolic links as the kernel follows. */
const LINKS_MAX = 40;

/** Where the trust ends. The texts hold paths and numbers only. */
export interface Distrust {
  /** The folder, link or file that others can change or replace. */
  readonly path: string;
  readonly ownerUid: number;
  /** `"/runner" belongs to uid 1001, root wanted`. */
  readonly reason: string;
  /** The command that mends it. */
  readonly remedy: string;
}

/** Raised where something must be trusted and cannot be. A fault of the configuration: the message names it and the command that mends it. */
export class UntrustedError extends Error {
  override readonly name = "UntrustedError";

  constructor(what: string, { reason, remedy }: Distrust) {
    super(`Cannot use ${what}, which others can change: ${reason}; run: ${remedy}`);
  }
}

/**
 * Looks at `path` from the root of the file system on. Undefined when it can be trusted; a part that is not there yet
 * ends the walk, since it can only be made in what was trusted so far. As in `/tmp`, others may write into a folder on
 * the way when it is sticky: what is ours in it they cannot replace. A group may write when its only member is the
 * owner. Where there are no owners (Windows) everything is trusted. Throws the system's error when it cannot look.
 */
export function distrustOf(path: string): Distrust | undefined {
  const ownUid = process.geteuid?.();
  if (ownUid === undefined) return undefined;
  const wanted = resolve(path);
  const { root } = parse(wanted);
  let names = wanted.slice(root.length).split(sep).filter(Boolean);
  let at = root;
  let links = 0;
  for (;;) {
    const stats = lstat(at);
    if (stats === undefined) return undefined;
    if (stats.isSymbolicLink()) {
      if (!isOurs(stats, ownUid)) return foreign(at, stats, ownUid);
      if (++links > LINKS_MAX) throw new Error(`Cannot follow "${path}": more than ${LINKS_MAX} symbolic links`);
      const target = resolve(dirname(at), readlinkSync(at));
      names = [...target.slice(root.length).split(sep).filter(Boolean), ...names];
      at = root;
      continue;
    }
    const distrust = distrustOfEntry(at, stats, { ownUid, isOnTheWay: names.length > 0 });
    if (distrust !== undefined) return distrust;
    const [name, ...rest] = names;
    if (name === undefined) return undefined;
    at = join(at, name);
    names = rest;
  }
}

/**
 * What is wrong with the way to `path`, for those who go on all the same: an agent that is not root, which can lose no
 * more than its user has. For an agent of root that is an UntrustedError about `what`.
 */
export function checkTrust(what: string, path: string): Distrust | undefined {
  const distrust = distrustOf(path);
  if (distrust !== undefined && process.geteuid?.() === ROOT) throw new UntrustedError(what, distrust);
  return distrust;
}

/**
 * The same judgement of one file or folder that is open already, without the way to it; `isOnTheWay` for a folder that is
 * only passed through.
 */
export function distrustOfStats(
  path: string,
  stats: Stats,
  { isOnTheWay = false }: { readonly isOnTheWay?: boolean } = {},
): Distrust | undefined {
  const ownUid = process.geteuid?.();
  return ownUid === undefined ? undefined : distrustOfEntry(path, stats, { ownUid, isOnTheWay });
}

function distrustOfEntry(
  path: string,
  stats: Stats,
  { ownUid, isOnTheWay }: { readonly ownUid: number; readonly isOnTheWay: boolean },
): Distrust | undefined {
  if (!isOurs(stats, ownUid)) return foreign(path, stats, ownUid);
  if (isOnTheWay && (stats.mode & STICKY) !== 0) return undefined;
  const writers =
    (stats.mode & OTHERS_MAY_WRITE) !== 0 ? "everybody" : isGroupForeign(stats) ? `group ${stats.gid}` : undefined;
  if (writers === undefined) return undefined;
  return {
    path,
    ownerUid: stats.uid,
    reason: `"${path}" (uid ${stats.uid}) can be written by ${writers}, its owner alone wanted`,
    remedy: `chmod go-w "${path}"`,
  };
}

function isOurs({ uid }: Stats, ownUid: number): boolean {
  return uid === ROOT || uid === ownUid;
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

/** A group of which the owner is the only member gives nobody anything: many systems have one for each user. */
function isGroupForeign({ mode, uid, gid }: Stats): boolean {
  if ((mode & GROUP_MAY_WRITE) === 0) return false;
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
