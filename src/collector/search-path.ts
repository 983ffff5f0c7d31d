import { delimiter, isAbsolute } from "node:path";
import { errorText } from "../lib/error-text.ts";
import { type Distrust, distrustOf, isRoot } from "../lib/trust.ts";

/** A place that is not used, with the reason and what to do about it. The texts hold paths and numbers only. */
export type Skipped = Pick<Distrust, "path" | "reason" | "remedy">;

/** The folders of a `PATH` from which programs are taken. */
export interface SearchPath {
  readonly folders: readonly string[];
  readonly skipped: readonly Skipped[];
}

/** Where the system keeps its own programs: `setpriv` and its kind are found though PATH names none of these. */
const SYSTEM_FOLDERS = process.platform === "win32" ? [] : ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * What of `PATH` can be searched. An entry that is empty or relative depends on where the agent was started, which may
 * be the folder of a job: it is passed over, and for an agent that is root so is a folder that others can write.
 */
export function searchPathOf(path = ""): SearchPath {
  const skipped: Skipped[] = [];
  const folders =
    path === ""
      ? []
      : path.split(delimiter).filter((entry) => {
          const doubt = doubtOf(entry);
          if (doubt !== undefined && !skipped.some((one) => one.path === doubt.path)) skipped.push(doubt);
          return doubt === undefined;
        });
  return { folders, skipped };
}

/** The `PATH` of our tools and of the collector: what can be searched, then the system's own folders. */
export function toolPath({ folders }: SearchPath): string {
  return [...new Set([...folders, ...SYSTEM_FOLDERS])].join(delimiter);
}

/**
 * The file of the program `name` in the folders of `path`, or of a path that `name` is; undefined where there is none.
 * Root takes none that others can change: a safe folder may hold a link to a folder of theirs.
 */
export function findTool(name: string, path: string): string | undefined {
  const file = Bun.which(name, { PATH: path });
  return file === null || doubtOfRoot(file) !== undefined ? undefined : file;
}

/** Why an agent that is root does not run a program at `path`; undefined when it may, and for every other agent. */
function doubtOfRoot(path: string): Skipped | undefined {
  return isRoot() ? doubtAt(path) : undefined;
}

/** The same judgement whoever we are, for a warning. */
export function doubtAt(path: string): Skipped | undefined {
  try {
    const distrust = distrustOf(path);
    if (distrust === undefined) return undefined;
    const { reason, remedy } = distrust;
    return { path: distrust.path, reason, remedy };
  } catch (error) {
    return { path, reason: `Cannot tell whose "${path}" is: ${errorText(error)}`, remedy: "name another place" };
  }
}

function doubtOf(entry: string): Skipped | undefined {
  if (isAbsolute(entry)) return doubtOfRoot(entry);
  const what = entry === "" ? "an empty entry, which means the working directory" : `the relative entry "${entry}"`;
  return { path: `PATH: ${entry}`, reason: `PATH has ${what}`, remedy: "name folders from the root on in PATH" };
}
