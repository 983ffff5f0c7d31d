import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";

/** Where the collector program may be. */
export interface ProgramPlaces {
  /** Named by the user: then nothing else is tried. */
  readonly path?: string;
  /** Folder of our own executable. */
  readonly executableDirectory: string;
  readonly baseDirectory: string;
  /** The `PATH` to search. Default: none. */
  readonly searchPath?: string | undefined;
}

export interface ProgramSearch {
  /** Absent when there is no program in any of the places. */
  readonly program?: string;
  /** Every place looked at, in order: for the person who wonders why it was not found. */
  readonly tried: readonly string[];
}

const SUFFIX = process.platform === "win32" ? ".exe" : "";
const SLIM = `otelcol${SUFFIX}`;
const CONTRIB = `otelcol-contrib${SUFFIX}`;
/** Folder names of the Go world, which the predecessor's packages use. */
const GO_OS = process.platform === "win32" ? "windows" : process.platform;
const GO_ARCH = process.arch === "x64" ? "amd64" : process.arch;

/**
 * Finds the collector: the path given, or beside the executable, in the base directory, where the predecessor's
 * packages put it, or in `PATH`. A file counts when it may be executed.
 * Paths in the answer are absolute. Looks at files only, starts nothing.
 */
export function findProgram({
  path,
  executableDirectory,
  baseDirectory,
  searchPath = "",
}: ProgramPlaces): ProgramSearch {
  const tried =
    path === undefined
      ? [
          ...bothIn(executableDirectory),
          ...bothIn(baseDirectory),
          resolve(baseDirectory, "pkg", "telemetry", "binaries", GO_OS, GO_ARCH, CONTRIB),
          ...searchPath.split(delimiter).flatMap((folder) => (folder === "" ? [] : bothIn(folder))),
        ]
      : [resolve(path)];
  const program = tried.find(isExecutableFile);
  return program === undefined ? { tried } : { program, tried };
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
