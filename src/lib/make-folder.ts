import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "./error-text.ts";
import { checkTrust } from "./trust.ts";

/**
 * Makes the folder at `path` and those above it (0755). For an agent that is root UntrustedError about `what` when others
 * can change one of them. Each is looked at before the next one is made in it: it may be a link of somebody else's.
 */
export function makeParents(what: string, path: string): void {
  if (!existsSync(path)) {
    makeParents(what, dirname(path));
    mkdirIfMissing(path, 0o755);
  }
  checkTrust(what, path, { isOnTheWay: true });
}

/** Makes one folder, unless anything of that name is there. Throws the system's error. */
export function mkdirIfMissing(path: string, mode = 0o700): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}
