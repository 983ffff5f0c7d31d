import { readdirSync, readFileSync } from "node:fs";
import { accounts, groups } from "../lib/accounts.ts";
import type { UserIds } from "../lib/libc.ts";

/** An account of this name is used when there is one: an image that makes it decides the number itself. */
const ACCOUNT = "warp-telemetry";
/**
 * Numbers that nobody hands out: above what useradd takes (60000), between the ranges of systemd (its table
 * UIDS-GIDS), and below 65536, so that a container with the usual 64 Ki numbers has them.
 */
const UID_MIN = 60_706;
const UID_COUNT = 478;
/** They may read the system log and the journal. */
const LOG_GROUPS: ReadonlySet<string> = new Set(["adm", "systemd-journal"]);

/** Whom the collector shall run as. */
export interface CollectorUser {
  /** Absent: as the agent itself. */
  readonly ids?: Required<UserIds>;
  /** For people: `warp-telemetry (uid 998)`, `uid 60801`, `root`. */
  readonly name: string;
  /** The setting asks for it: running as root in its place would not be what was asked for. */
  readonly isRequired: boolean;
}

export interface UserPlaces {
  /** The setting `telemetry.collector.user`: a name, a number, or `root`. */
  readonly user?: string;
  /** Absolute. Agents with different ones get different numbers. */
  readonly baseDirectory: string;
  /** Whose the collector's files are: it stays so, if nobody else has the number by now. */
  readonly storageOwner?: number | undefined;
}

/**
 * Chooses the user of the collector: for an agent that is root the account given, or the account `warp-telemetry`, or a
 * number of its own; for every other agent that agent's user. Throws when the account given does not exist.
 */
export function collectorUser({ user, baseDirectory, storageOwner }: UserPlaces): CollectorUser {
  const ownUid = process.geteuid?.();
  if (ownUid !== 0) return { name: ownUid === undefined ? "the agent's user" : `uid ${ownUid}`, isRequired: false };
  if (user !== undefined) return accountGiven(user);
  // No other system has a program that changes the user and takes every right away.
  if (process.platform !== "linux") return { name: "root", isRequired: false };
  const account = accounts().find(({ name, uid }) => name === ACCOUNT && uid !== 0);
  if (account !== undefined) {
    return { ids: idsOf(account.uid, account.gid, ACCOUNT), name: nameOf(account), isRequired: false };
  }
  const uid = freeUid(baseDirectory, storageOwner);
  return { ids: idsOf(uid, uid), name: `uid ${uid}`, isRequired: false };
}

function accountGiven(user: string): CollectorUser {
  const isNumber = /^\d+$/.test(user);
  const account = accounts().find(({ name, uid }) => (isNumber ? uid === Number(user) : name === user));
  const uid = account?.uid ?? (isNumber ? Number(user) : undefined);
  if (uid === undefined) {
    throw new Error(
      `Cannot run the collector as "${user}": no such account in /etc/passwd, a name from there, a number or "root" wanted`,
    );
  }
  if (uid === 0) return { name: "root", isRequired: true };
  const ids = idsOf(uid, account?.gid ?? uid, account?.name);
  return { ids, name: account === undefined ? `uid ${uid}` : nameOf(account), isRequired: true };
}

function nameOf({ name, uid }: { readonly name: string; readonly uid: number }): string {
  return `${name} (uid ${uid})`;
}

function idsOf(uid: number, gid: number, account?: string): Required<UserIds> {
  const all = groups().filter(
    ({ name, members }) => LOG_GROUPS.has(name) || (account !== undefined && members.includes(account)),
  );
  return { uid, gid, groups: [...new Set(all.map((group) => group.gid))].toSorted((a, b) => a - b) };
}

/** The number that the storage has already, else one that follows from the base directory; the next free one. */
function freeUid(baseDirectory: string, storageOwner: number | undefined): number {
  const taken = takenIds();
  const isFree = (uid: number): boolean => uid >= UID_MIN && uid < UID_MIN + UID_COUNT && !taken.has(uid);
  if (storageOwner !== undefined && isFree(storageOwner)) return storageOwner;
  const first = Bun.hash.crc32(baseDirectory) % UID_COUNT;
  for (let step = 0; step < UID_COUNT; step++) {
    const uid = UID_MIN + ((first + step) % UID_COUNT);
    if (isFree(uid)) return uid;
  }
  throw new Error(`Cannot find a free uid from ${UID_MIN} to ${UID_MIN + UID_COUNT - 1} for the collector; name one`);
}

/** Numbers of accounts, groups and processes. */
function takenIds(): ReadonlySet<number> {
  const named = [...accounts().flatMap(({ uid, gid }) => [uid, gid]), ...groups().map(({ gid }) => gid)];
  return new Set([...named, ...processes().flatMap(idsOfProcess)]);
}

function processes(): readonly string[] {
  try {
    return readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  } catch {
    return [];
  }
}

/** Its user and group numbers, real to file system; none when it has ended. */
function idsOfProcess(pid: string): readonly number[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return [...status.matchAll(/^[UG]id:\t(.*)$/gm)].flatMap(([, ids = ""]) => ids.split("\t").map(Number));
  } catch {
    return [];
  }
}
