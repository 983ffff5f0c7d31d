import { readFileSync } from "node:fs";
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
    const ps = Bun.spawnSync(["/bin/ps", "-o", "lstart=", "-p", String(pid)], { env: { LC_ALL: "C" } });
    return ps.stdout.toString().trim() || undefined;
  }
  return undefined;
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

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
