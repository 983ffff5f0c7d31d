import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { isRoot } from "../lib/trust.ts";
import { doubtAt, type Skipped } from "./search-path.ts";

/** Where the collector program may be. */
export interface ProgramPlaces {
  /** Named by the user: then nothing else is tried. */
  readonly path?: string;
  /** Folder of our own executable. */
  readonly executableDirectory: string;
  readonly baseDirectory: string;
  /** Folders of `PATH` to search. Default: none. */
  readonly folders?: readonly string[];
}

export interface ProgramSearch {
  /** Absent when there is no program in any of the places, or none that may be run. */
  readonly program?: string;
  /** Every place looked at, in order: for the person who wonders why it was not found. */
  readonly tried: readonly string[];
  /** Programs that root does not run, because others can change or replace them. */
  readonly skipped: readonly Skipped[];
  /** The same doubt about the program found, for an agent that is not root: it has nothing to lose by it but itself. */
  readonly doubt?: Skipped;
}

const SUFFIX = process.platform === "win32" ? ".exe" : "";
const SLIM = `otelcol${SUFFIX}`;
const CONTRIB = `otelcol-contrib${SUFFIX}`;
/** Folder names of the Go world, which the predecessor's packages use. */
const GO_OS = process.platform === "win32" ? "windows" : process.platform;
const GO_ARCH = process.arch === "x64" ? "amd64" : process.arch;

/**
 * Finds the collector: the path given, or beside the executable, in the base directory, where the predecessor's
 * packages put it, or in the folders of `PATH`. A file counts when it may be executed; for an agent that is root, only
 * when nobody else can change it or put another one in its place.
 * Paths in the answer are absolute. Looks at files only, starts nothing.
 */
export function findProgram({ path, executableDirectory, baseDirectory, folders = [] }: ProgramPlaces): ProgramSearch {
  const tried =
    path === undefined
      ? [
          ...bothIn(executableDirectory),
          ...bothIn(baseDirectory),
          resolve(baseDirectory, "pkg", "telemetry", "binaries", GO_OS, GO_ARCH, CONTRIB),
          ...folders.flatMap(bothIn),
        ]
      : [resolve(path)];
  const skipped: Skipped[] = [];
  for (const candidate of tried) {
    if (!isExecutableFile(candidate)) continue;
    const doubt = doubtAt(candidate);
    if (doubt === undefined) return { program: candidate, tried, skipped };
    if (!isRoot()) return { program: candidate, tried, skipped, doubt };
    skipped.push({ ...doubt, path: candidate });
  }
  return { tried, skipped };
}

function bothIn(folder: string): readonly string[] {
  return [resolve(folder, SLIM), resolve(folder, CONTRIB)];
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
