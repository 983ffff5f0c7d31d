import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, type Stats } from "node:fs";
import { errorText, systemCode } from "../lib/error-text.ts";
import { asUser, isGlibcLinux, type UserIds, UserSwitchError } from "../lib/libc.ts";
import { RefusedError } from "./refusals.ts";

/** Flags that a system lacks are undefined there, which counts as 0 between the others. */
const { O_DIRECTORY, O_NOFOLLOW } = constants;
/** Opens the way only (open(2)): a folder that may be passed through, but not listed, is enough. */
const O_PATH = process.platform === "linux" ? 0o10000000 : 0;
/** Too many open files is no fault of the file. */
const OUT_OF_FILES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE"]);

/** Opens a folder to go on from, which is no link; the caller closes it. `shown` is its name in what is thrown. */
export function openStep(path: string, shown: string): number {
  try {
    return openSync(path, O_DIRECTORY | O_NOFOLLOW | O_PATH);
  } catch (error) {
    throw refusalOf(error, path, shown);
  }
}

/** Opens `path` with the rights of `reader`; the caller closes it. Throws RefusedError, or that too many files are open. */
export function openAs(reader: UserIds | "as-we-are", path: string, flags: number): number {
  try {
    if (reader === "as-we-are") return openSync(path, flags);
    return isGlibcLinux() ? asUser(reader, () => openSync(path, flags)) : openOwn(reader, path, flags);
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    if (error instanceof UserSwitchError && reader !== "as-we-are") return openOwn(reader, path, flags);
    throw refusalOf(error, path, "it");
  }
}

/** A symbolic link at `path`; undefined when there is anything else, or nothing. */
export function linkAt(path: string): { readonly target: string; readonly stats: Stats } | undefined {
  try {
    const stats = lstatSync(path);
    return stats.isSymbolicLink() ? { target: readlinkSync(path), stats } : undefined;
  } catch {
    return undefined;
  }
}

/** Where root cannot become the reader, it opens what belongs to the reader and nothing else. */
function openOwn({ uid }: UserIds, path: string, flags: number): number {
  const fd = openSync(path, flags);
  if (fstatSync(fd).uid === uid) return fd;
  closeSync(fd);
  throw new RefusedError("unreadable", `Cannot read it: it does not belong to uid ${uid}`);
}

function refusalOf(error: unknown, path: string, shown: string): unknown {
  const code = systemCode(error) ?? "";
  const what = `Cannot read "${shown}"`;
  if (OUT_OF_FILES.has(code)) return error;
  if (code === "ENOENT") return new RefusedError("absent", `${what}: it is not there`);
  if (code === "ELOOP" || linkAt(path) !== undefined) return new RefusedError("link", `${what}: it is a symbolic link`);
  if (code === "ENOTDIR" || code === "ENXIO") {
    return new RefusedError("not-regular", `${what}: it is neither file nor folder`);
  }
  return new RefusedError("unreadable", `${what}: ${code === "" ? errorText(error) : code}`);
}
