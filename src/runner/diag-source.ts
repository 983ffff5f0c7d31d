import { basename, join, resolve, sep } from "node:path";

/** Logs to follow: a folder, and which files below it. */
export interface DiagSource {
  /** Absolute, as it is configured. */
  readonly folder: string;
  /** Folders below it that are looked into: 0 for the folder itself alone. */
  readonly depthMax: number;
  /** The patterns name no deeper folders: {@link depthMax} is theirs, and no limit of ours. */
  readonly isBounded: boolean;
  /** Whether a path relative to the folder, with slashes, is that of a log to follow. */
  isLog(path: string): boolean;
  /** Whether a folder of that path, relative too, may hold such logs. */
  isSearched(path: string): boolean;
}

/** The runner nests nothing deeper than two. A limit for folders that somebody makes without end. */
const DEPTH_MAX = 8;
/** What the job prints lies in these for a while, each line of it in both. It is no log of the runner's own. */
export const PAGES = "pages";
const JOB_OUTPUT_COPY = "blocks";
const WILDCARD = /[*?[{]/;

/** All logs of a runner itself in `folder`, its `_diag`; with `hasOutput` also what the job prints, once. */
export function diagSourcesIn(folder: string, hasOutput = false): readonly DiagSource[] {
  const passedOver = hasOutput ? [JOB_OUTPUT_COPY] : [PAGES, JOB_OUTPUT_COPY];
  return sourcesOf([join(folder, "*.log"), join(folder, "**", "*.log")], passedOver);
}

/** Whether the runner puts the output of steps into a folder at that path. */
export function isPagesFolder(path: string): boolean {
  return basename(path) === PAGES;
}

/**
 * The folders that configured `globs` mean, each once: what comes before the first part with a wildcard, or the folder
 * of a file that is named as it is. They follow what they fit. Of job output that is one copy, unless a glob names the
 * folder of the other.
 */
export function diagSources(globs: readonly string[]): readonly DiagSource[] {
  return sourcesOf(globs, [JOB_OUTPUT_COPY]);
}

function sourcesOf(globs: readonly string[], passedOver: readonly string[]): readonly DiagSource[] {
  const byFolder = new Map<string, string[]>();
  for (const glob of globs) {
    const parts = resolve(glob).split(sep);
    const first = parts.findIndex((part) => WILDCARD.test(part));
    const cut = first === -1 ? parts.length - 1 : first;
    const folder = parts.slice(0, cut).join(sep) || sep;
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), parts.slice(cut).join("/")]);
  }
  return [...byFolder].map(([folder, patterns]) => sourceOf(folder, patterns, passedOver));
}

function sourceOf(folder: string, patterns: readonly string[], passedOver: readonly string[]): DiagSource {
  const globs = patterns.map((pattern) => new Bun.Glob(pattern));
  const isBounded = !patterns.some((pattern) => pattern.includes("**"));
  const deepest = Math.max(...patterns.map((pattern) => pattern.split("/").length - 1));
  const named = new Set(patterns.flatMap((pattern) => pattern.split("/")));
  return {
    folder,
    depthMax: isBounded ? Math.min(DEPTH_MAX, deepest) : DEPTH_MAX,
    isBounded,
    isLog: (path) => globs.some((glob) => glob.match(path)),
    isSearched: (path) => {
      const name = path.slice(path.lastIndexOf("/") + 1);
      return !passedOver.includes(name) || named.has(name);
    },
  };
}
