import { closeSync, fstatSync, statSync } from "node:fs";
import { join, parse, resolve, sep } from "node:path";
import { descriptorPath } from "../lib/descriptors.ts";
import type { UserIds } from "../lib/libc.ts";
import { type Distrust, type OpenEntry, distrustOf, distrustOfOpen, isOurs, isRoot } from "../lib/trust.ts";
import { linkAt, openStep } from "./open-as.ts";
import { ownerOf, type Reader } from "./reader.ts";
import { RefusedError } from "./refusals.ts";

/** As many symbolic links as the kernel follows. */
const LINKS_MAX = 40;

/** A folder at the end of its way. */
export interface FoundFolder {
  /** The caller closes it. Undefined on Windows, where folders have none. */
  readonly fd: number | undefined;
  readonly reader: Reader;
}

/**
 * Finds the folder at an absolute path: through no link that others could have made, and through none in its own place.
 * On Linux every step is opened in the one before, so that nothing on the way can be exchanged meanwhile. Throws
 * RefusedError.
 */
export function findFolder(path: string): FoundFolder {
  return process.platform === "linux" ? walk(path) : openByPath(path);
}

function walk(path: string): FoundFolder {
  const { root } = parse(path);
  let names = path.split(sep).filter(Boolean);
  let at = root;
  let links = 0;
  let way = new Way();
  let fd = openStep(root, path);
  try {
    for (;;) {
      const [name, ...rest] = names;
      if (name === undefined) return { fd, reader: way.reader };
      const entry = `${descriptorPath(fd)}/${name}`;
      const link = linkAt(entry);
      if (link !== undefined) {
        const isBelieved = way.isTrusted && rest.length > 0 && isOurs(link.stats);
        if (!isBelieved || ++links > LINKS_MAX) throw linkError(path, join(at, name));
        names = [...resolve(at, link.target).split(sep).filter(Boolean), ...rest];
        at = root;
        way = new Way();
      } else {
        at = join(at, name);
        names = rest;
      }
      const next = openStep(link === undefined ? entry : root, path);
      closeSync(fd);
      fd = next;
      if (link === undefined) way.pass({ path: at, stats: fstatSync(fd), fd }, names.length > 0);
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** What the folders passed so far say of who could have put there what comes next. */
class Way {
  #owner: UserIds | undefined;
  #distrust: Distrust | undefined;

  pass(folder: OpenEntry, isOnTheWay: boolean): void {
    if (isRoot()) this.#owner ??= ownerOf(folder.stats);
    if (this.#owner === undefined) this.#distrust ??= distrustOfOpen(folder, { isOnTheWay });
  }

  /** Nobody but root and we could have. */
  get isTrusted(): boolean {
    return this.#owner === undefined && this.#distrust === undefined;
  }

  get reader(): Reader {
    if (!isRoot() || this.isTrusted) return "as-we-are";
    return this.#owner ?? "each-owner";
  }
}

/** Elsewhere there is no path through a descriptor. */
function openByPath(path: string): FoundFolder {
  const link = linkAt(path);
  if (link !== undefined) throw linkError(path, path);
  if (process.platform === "win32") {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      return { fd: undefined, reader: "as-we-are" };
    throw new RefusedError("absent", `Cannot find "${path}"`);
  }
  const fd = openStep(path, path);
  if (!isRoot()) return { fd, reader: "as-we-are" };
  const owner = ownerOf(fstatSync(fd));
  return { fd, reader: owner ?? (distrustOf(path) === undefined ? "as-we-are" : "each-owner") };
}

function linkError(path: string, link: string): RefusedError {
  return new RefusedError("link", `Cannot read "${path}": "${link}" is a symbolic link`, "name the folder itself");
}
