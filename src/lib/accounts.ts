import { readFileSync } from "node:fs";

/**
 * The accounts in the system's own files. Accounts of a network directory are not found; they can be given by number.
 */
const PASSWD = "/etc/passwd";
const GROUP = "/etc/group";

/** A user's entry (passwd(5)). */
export interface Account {
  readonly name: string;
  readonly uid: number;
  /** The user's own group. */
  readonly gid: number;
}

/** A group's entry (group(5)). */
export interface Group {
  readonly name: string;
  readonly gid: number;
  /** Names of its members, except those whose own group it is. */
  readonly members: readonly string[];
}

/** Every user that the system's file names; none where there is no such file. */
export function accounts(): readonly Account[] {
  return entriesOf(PASSWD).flatMap(([name = "", , uid = "", gid = ""]) =>
    isId(uid) && isId(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [],
  );
}

/** Every group that the system's file names; none where there is no such file. */
export function groups(): readonly Group[] {
  return entriesOf(GROUP).flatMap(([name = "", , gid = "", members = ""]) =>
    isId(gid) ? [{ name, gid: Number(gid), members: members.split(",").filter(Boolean) }] : [],
  );
}

/** The user with that number. */
export function accountOf(uid: number): Account | undefined {
  return accounts().find((account) => account.uid === uid);
}

function entriesOf(file: string): string[][] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.split(":"));
  } catch {
    return [];
  }
}

function isId(text: string): boolean {
  return /^\d+$/.test(text);
}
