import { resolve } from "node:path";
import { logOf } from "../../lib/log.ts";
import { checkTrust } from "../../lib/trust.ts";
import { FolderDestination } from "./folder-destination.ts";
import type { DestinationKind } from "./kind.ts";

export interface FolderConfig {
  readonly kind: "folder";
  /** Absolute. Absent: `objects/` in the agent's own folder. */
  readonly directory?: string;
}

/** Two letters and more before the colon are another scheme; one is a drive, `C:\objects`. */
const OTHER_SCHEME = /^[A-Za-z][A-Za-z0-9+.-]+:/;
/** The likeliest slip for `discard:` would otherwise fill a folder of that name; `./discard` does. */
const SLIP = "discard";

export const folder: DestinationKind<FolderConfig> = {
  form: "a directory",
  parse(text, { workingDirectory }) {
    if (text === "" || text === SLIP || OTHER_SCHEME.test(text)) return undefined;
    return { kind: "folder", directory: resolve(workingDirectory, text) };
  },
  describe({ directory }, { objectsDirectory }) {
    return directory ?? objectsDirectory;
  },
  open({ directory }, { objectsDirectory, writerId }) {
    // What lies in the home was looked at with it.
    if (directory !== undefined) warnOfForeignFolder(directory);
    return Promise.resolve(new FolderDestination(directory ?? objectsDirectory, writerId));
  },
};

/** Throws UntrustedError where we are root; an agent of another user is warned. */
function warnOfForeignFolder(directory: string): void {
  const distrust = checkTrust(`the destination "${directory}"`, directory, { isOursToMake: true });
  if (distrust === undefined) return;
  const { reason, remedy } = distrust;
  logOf("upload").warn("Others can change the destination folder; objects in it are only as safe as they are", {
    reason,
    remedy,
  });
}
