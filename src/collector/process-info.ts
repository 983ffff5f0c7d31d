import { readFileSync, statSync } from "node:fs";
import { kill } from "node:process";

/** Ticks of /proc/<pid>/stat are 1/100 s on every architecture we build for. */
const TICK_MS = 10;

/** What a process has used so far. */
export interface ProcessUsage {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/**
 * Something that tells this process from a later one with the same id: on Linux boot and start tick, on macOS the start
 * second, elsewhere unknown. Undefined when there is no such process (a zombie is none) or it cannot be told.
 */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    const fields = statFields(pid);
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === undefined || state === "Z" || state === "X" || startTicks === undefined) return undefined;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${startTicks}`;
  }
  if (process.platform === "darwin") {
    return psOf(pid, "lstart=") || undefined;
  }
  return undefined;
}

/**
 * Something that tells the program a process runs from every other: on Linux device and inode of the file, also when it
 * has been deleted meanwhile, on macOS its path. Undefined when there is no such process or it cannot be told.
 */
export function programOf(pid: number): string | undefined {
  if (process.platform === "linux") return fileIdentity(`/proc/${pid}/exe`);
  if (process.platform === "darwin") return psOf(pid, "comm=") || undefined;
  return undefined;
}

/** What {@link programOf} says of a process that runs the file at `path`. Undefined when there is none. */
export function fileIdentity(path: string): string | undefined {
  if (process.platform !== "linux") return path;
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** Whether a process was started with this variable in its environment. False when nobody can tell. */
export function wasStartedWith(pid: number, name: string, value: string): boolean {
  const entry = `${name}=${value}`;
  if (process.platform === "linux") return readOrEmpty(`/proc/${pid}/environ`).split("\0").includes(entry);
  if (process.platform === "darwin") return psOf(pid, "command=", "-Eww").split(" ").includes(entry);
  return false;
}

/** Whether a process leads its group: a signal to the group then reaches what this process started. */
export function isGroupLeader(pid: number): boolean {
  if (process.platform === "linux") return Number(statFields(pid)[2]) === pid;
  return Number(psOf(pid, "pgid=")) === pid;
}

/** CPU time and resident memory of a process; undefined when it is gone or the system does not tell. */
export function usageOf(pid: number): ProcessUsage | undefined {
  if (process.platform !== "linux") return undefined;
  const fields = statFields(pid);
  const cpuTicks = Number(fields[11]) + Number(fields[12]);
  const rssKiB = Number(
    readOrEmpty(`/proc/${pid}/status`)
      .split("\n")
      .find((line) => line.startsWith("VmRSS:"))
      ?.match(/\d+/)?.[0],
  );
  if (!Number.isFinite(cpuTicks) || !Number.isFinite(rssKiB)) return undefined;
  return { cpuMs: cpuTicks * TICK_MS, rssBytes: rssKiB * 1024 };
}

/**
 * Sends `signal` to the process group that `leader` leads (on Windows, which has none, to the process). Returns false
 * when nobody is there to get it. Signal 0 only asks.
 */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return kill(process.platform === "win32" ? leader : -leader, signal);
  } catch {
    return false;
  }
}

/** The fields of /proc/<pid>/stat from the state on: the name before it may hold spaces and brackets. */
function statFields(pid: number): readonly string[] {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  return stat === "" ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** What ps(1) says of a process; empty when there is none. */
function psOf(pid: number, column: string, ...flags: readonly string[]): string {
  const ps = Bun.spawnSync(["/bin/ps", ...flags, "-o", column, "-p", String(pid)], { env: { LC_ALL: "C" } });
  return ps.stdout.toString().trim();
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
