import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A running process that belongs to the collector of one base directory: itself, or whatever it has started. */
export interface CollectorProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * Every process that descends from a collector of the agent in `baseDirectory`, also one whose parents are gone or that
 * left its group: the working directory that the supervisor gave it goes with it. Linux only.
 */
export function collectorProcesses(baseDirectory: string): readonly CollectorProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => workingDirectoryOf(name) === `${baseDirectory}/collector`)
    .map((name) => ({ pid: Number(name), command: read(`/proc/${name}/cmdline`).replaceAll("\0", " ").slice(0, 60) }));
}

/** Undefined for a process that has ended. */
function workingDirectoryOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** Empty for a process that has ended, and for a zombie. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
