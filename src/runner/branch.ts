import { join } from "node:path";
import { type DiagSource, isPagesFolder, PAGES } from "./diag-source.ts";
import type { EntryKind } from "./folder-entries.ts";
import { FolderWatch } from "./folder-watch.ts";
import type { LogFile } from "./log-file.ts";
import { Refusals } from "./refusals.ts";
import type { SourceFolder } from "./source-folder.ts";

/** A folder of the source that is looked into. */
export interface Branch {
  readonly folder: SourceFolder;
  /** Relative to the source, with slashes; empty for the source itself. */
  readonly path: string;
  readonly depth: number;
  /** The output of steps is in it. */
  readonly isPages: boolean;
  readonly files: Map<string, LogFile>;
  readonly branches: Map<string, Branch>;
  /** Of a folder whose files may live less than a second, or in which such a folder may come to be. */
  watch: FolderWatch | undefined;
  /** The names of the listing that is under way. */
  listed: Set<string> | undefined;
  /** As of the last listing. */
  refusals: Refusals;
  /** The entries that the patterns mean, read or refused; undefined before the first listing. */
  matches: number | undefined;
  changedAtMs: number;
  listAgainAtMs: number;
}

/** A folder that has not been listed yet. `appeared` is told names where there is no time until the next listing. */
export function branchOf(
  folder: SourceFolder,
  source: DiagSource,
  { path, depth }: { readonly path: string; readonly depth: number },
  appeared: (name: string) => void,
): Branch {
  const isPages = isPagesFolder(join(source.folder, path));
  const mayHavePages = depth === 0 && source.depthMax > 0 && source.isSearched(PAGES);
  return {
    folder,
    path,
    depth,
    isPages,
    files: new Map(),
    branches: new Map(),
    watch: isPages || mayHavePages ? new FolderWatch(folder, appeared) : undefined,
    listed: undefined,
    refusals: new Refusals(),
    matches: undefined,
    changedAtMs: Number.NaN,
    listAgainAtMs: 0,
  };
}

/** The path of an entry, relative to the source. */
export function pathIn({ path }: Branch, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

/** What an entry is, where the listing does not tell. */
export function kindIn({ folder }: Branch, name: string): EntryKind {
  const stats = folder.statsOf(name);
  if (stats === undefined) return "unknown";
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  return stats.isSymbolicLink() ? "link" : "other";
}
