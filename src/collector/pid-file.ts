import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { sleep } from "../lib/sleep.ts";
import { signalGroup, startTimeOf } from "./process-info.ts";

/** How often a process that was told to end is looked at. */
const POLL_MS = 20;
/** How long after SIGKILL to go on waiting: a process in a disk wait ends late. */
const KILL_WAIT_MS = 2000;

/**
 * Writes down which process runs, so that the next start can end it should this one be killed with no time to do it.
 * The start time goes with the id: ids are used again.
 */
export function writePidFile(path: string, pid: number): void {
  writeFileSync(path, `${JSON.stringify({ pid, startTime: startTimeOf(pid) ?? null })}\n`, { mode: 0o600 });
}

/** The process is gone. Safe to call when there is no file. */
export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

/**
 * Ends the process that an earlier run left behind, with its group: SIGTERM, `graceMs`, SIGKILL. Its storage is free
 * when this returns. Returns its id, or undefined when there was none (no file, unreadable, gone, or the id belongs to
 * another process by now, which is not touched). `abort` ends the waiting, not the process: SIGKILL comes at once then,
 * for nobody may come later to send it.
 */
export async function endLeftover(path: string, graceMs: number, abort: AbortSignal): Promise<number | undefined> {
  const leftover = readPidFile(path);
  if (leftover === undefined || startTimeOf(leftover.pid) !== leftover.startTime) {
    removePidFile(path);
    return undefined;
  }
  signalGroup(leftover.pid, "SIGTERM");
  await hasEnded(leftover, graceMs, abort);
  // Also when it has ended: its children may have outlived it.
  signalGroup(leftover.pid, "SIGKILL");
  if (abort.aborted) return undefined;
  await hasEnded(leftover, KILL_WAIT_MS, abort);
  removePidFile(path);
  return leftover.pid;
}

interface PidFile {
  readonly pid: number;
  readonly startTime: string;
}

function readPidFile(path: string): PidFile | undefined {
  try {
    const entry: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof entry !== "object" || entry === null || !("pid" in entry) || !("startTime" in entry)) return undefined;
    const { pid, startTime } = entry;
    // Ids 0 and 1 as a group would be "ours" and "everybody".
    if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 1) return undefined;
    return typeof startTime === "string" ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}

async function hasEnded({ pid, startTime }: PidFile, timeoutMs: number, abort: AbortSignal): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while (startTimeOf(pid) === startTime) {
    if (performance.now() >= deadlineMs || !(await sleep(POLL_MS, abort))) return false;
  }
  return true;
}
