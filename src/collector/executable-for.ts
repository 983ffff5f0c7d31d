import { closeSync, openSync, statSync } from "node:fs";
import { descriptorPath } from "../lib/descriptors.ts";
import { asUser, type UserIds } from "../lib/libc.ts";
import { PASSED_FD } from "./child.ts";

/** Opens a file without reading it: what it takes is the way to it (open(2)). */
const O_PATH = 0o10000000;
const EXECUTE = 1;

/** A program as it is named to the user that shall run it. */
export interface Executable {
  readonly path: string;
  /** The open program, for a user that may not pass through the folders to it. The caller passes it on and closes it. */
  readonly fd?: number;
}

/**
 * The program at `path` for `user` (for us, if absent). A folder on the way may be closed to that user, such as /root:
 * then the program is started through its descriptor. Throws, with the remedy, when the file itself may not be executed.
 */
export function executableFor(path: string, user: UserIds | undefined): Executable {
  if (user === undefined) return { path };
  const stats = statSync(path);
  const isMember = stats.gid === user.gid || (user.groups ?? []).includes(stats.gid);
  const shift = stats.uid === user.uid ? 6 : isMember ? 3 : 0;
  if (((stats.mode >> shift) & EXECUTE) === 0) {
    const mode = (stats.mode & 0o7777).toString(8);
    throw new Error(`Cannot run "${path}" as uid ${user.uid}: its mode is ${mode}; run: chmod o+rx "${path}"`);
  }
  return isInReach(path, user) ? { path } : { path: descriptorPath(PASSED_FD), fd: openSync(path, "r") };
}

function isInReach(path: string, user: UserIds): boolean {
  try {
    closeSync(asUser(user, () => openSync(path, O_PATH)));
    return true;
  } catch {
    return false;
  }
}
