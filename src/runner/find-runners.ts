import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";

/** The runner's program, in the folder `bin` of the runner. It runs as long as the runner does. */
const LISTENER = "Runner.Listener";
/** Where images have the runner. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  linux: ["/runner", "/actions-runner", "/home/runner"],
  darwin: ["/Users/runner/.warpbuild/github-runner/runner-app-new"],
  win32: ["C:\\warpbuilds\\runner"],
};
const HOMES = "/home";
const IN_HOME = "actions-runner";
/** Runners of one machine, so that nobody makes us look at folders without end. */
const RUNNERS_MAX = 32;

/** What can be seen of the machine; tests give their own. */
export interface RunnerMachine {
  readonly platform: string;
  /** The programs that run, as absolute paths: a program may call itself as it likes, its folder is trusted by nobody. */
  programs(): readonly string[];
  /** The names in `/home`. */
  homes(): readonly string[];
}

/** Folders in which a runner is, or may come to be: those of programs that run, then the usual places. */
export function runnerFolders(machine: RunnerMachine): readonly string[] {
  const running = machine
    .programs()
    .filter((path) => isAbsolute(path) && path.endsWith(`/bin/${LISTENER}`))
    .map((path) => dirname(dirname(path)));
  const places = PLACES[machine.platform] ?? PLACES["linux"] ?? [];
  const inHomes = machine.platform === "linux" ? machine.homes().map((name) => join(HOMES, name, IN_HOME)) : [];
  return [...new Set([...running, ...places, ...inHomes])].slice(0, RUNNERS_MAX);
}

/** This machine. Looking at the programs takes a millisecond for some hundred of them. */
export const THIS_MACHINE: RunnerMachine = {
  platform: process.platform,
  programs: () => namesIn("/proc").flatMap((name) => (/^\d+$/.test(name) ? programOf(name) : [])),
  homes: () => (process.platform === "linux" ? namesIn(HOMES) : []),
};

/** The kernel's word where we may have it, and otherwise the program's own. */
function programOf(pid: string): readonly string[] {
  try {
    if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() !== LISTENER) return [];
  } catch {
    return [];
  }
  try {
    return [readlinkSync(`/proc/${pid}/exe`)];
  } catch {
    return commandOf(pid);
  }
}

function commandOf(pid: string): readonly string[] {
  try {
    return [readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0] ?? ""];
  } catch {
    return [];
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
