import { rmSync } from "node:fs";
import { kill } from "node:process";
import type { HeldFolder } from "../lib/held-folder.ts";
import { sleep } from "../lib/sleep.ts";
import { isGroupLeader, programOf, signalGroup, startTimeOf, wasStartedWith } from "./process-info.ts";

/** The collector's environment carries a random value under this name: the mark by which we know our own again. */
export const MARK_NAME = "WARP_TELEMETRY_COLLECTOR_RUN";

const FILE = "otelcol.pid";
/** How often a process that was told to end is looked at. */
const POLL_MS = 20;
/** How long after SIGKILL to go on waiting: a process in a disk wait ends late. */
const KILL_WAIT_MS = 2000;
/** Random bytes as hexadecimal digits: no process has such a variable by accident. */
const MARK = /^[0-9a-f]{32}$/;

/** The process that runs, as the next start must find it again. */
export interface PidEntry {
  readonly pid: number;
  /** Value of {@link MARK_NAME} in its environment. */
  readonly mark: string;
  /** What `programOf` may say of it: the program that was started, and the one that a script has become. */
  readonly programs: readonly string[];
}

/**
 * Writes down which process runs, so that the next start can end it should this one be killed with no time to do it.
 * The start time goes with the id: ids are used again.
 */
export function writePidFile(folder: HeldFolder, { pid, mark, programs }: PidEntry): void {
  folder.replaceFile(FILE, `${JSON.stringify({ pid, startTime: startTimeOf(pid) ?? null, mark, programs })}\n`);
}

/** The process is gone. Safe to call when there is no file; what cannot be removed is believed by no next start. */
export function removePidFile(folder: HeldFolder): void {
  try {
    rmSync(folder.at(FILE), { force: true });
  } catch {
    // A folder of that name, or a disk that takes no change.
  }
}

/**
 * Ends the process that an earlier run left behind, with its group: SIGTERM, `graceMs`, SIGKILL. Its storage is free
 * when this returns. Returns its id, or undefined when there was none: no file, one that others could have written, or
 * a process that is not ours by its start time, its program and the mark in its environment. That one is not touched.
 * `abort` ends the waiting, not the process: SIGKILL comes at once then, for nobody may come later to send it.
 */
export async function endLeftover(
  folder: HeldFolder,
  graceMs: number,
  abort: AbortSignal,
): Promise<number | undefined> {
  const leftover = readPidFile(folder);
  if (leftover === undefined || !isOurs(leftover)) {
    removePidFile(folder);
    return undefined;
  }
  const { pid } = leftover;
  // Its group is what it started; a process that leads none is in a group of somebody else's.
  const signal = isGroupLeader(pid) ? signalGroup : signalOne;
  signal(pid, "SIGTERM");
  await hasEnded(leftover, graceMs, abort);
  // Also when it has ended: its children may have outlived it. While any is left, no other process gets the number.
  if (isUnchanged(leftover) || startTimeOf(pid) === undefined) signal(pid, "SIGKILL");
  if (abort.aborted) return undefined;
  await hasEnded(leftover, KILL_WAIT_MS, abort);
  removePidFile(folder);
  return pid;
}

interface Leftover extends PidEntry {
  readonly startTime: string;
}

function isOurs(leftover: Leftover): boolean {
  const { pid, mark, programs } = leftover;
  return isUnchanged(leftover) && programs.includes(programOf(pid) ?? "") && wasStartedWith(pid, MARK_NAME, mark);
}

function isUnchanged({ pid, startTime }: Leftover): boolean {
  return startTimeOf(pid) === startTime;
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    kill(pid, signal);
  } catch {
    // It has ended.
  }
}

function readPidFile(folder: HeldFolder): Leftover | undefined {
  try {
    return leftoverOf(JSON.parse(folder.readText(FILE)));
  } catch {
    return undefined;
  }
}

function leftoverOf(entry: unknown): Leftover | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { pid, startTime, mark, programs }: { readonly [key in keyof Leftover]?: unknown } = entry;
  // Ids 0 and 1 as a group would be "ours" and "everybody".
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 1) return undefined;
  if (typeof startTime !== "string" || typeof mark !== "string" || !MARK.test(mark)) return undefined;
  if (!Array.isArray(programs)) return undefined;
  return { pid, startTime, mark, programs: programs.filter((one) => typeof one === "string") };
}

async function hasEnded(leftover: Leftover, timeoutMs: number, abort: AbortSignal): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while (isUnchanged(leftover)) {
    if (performance.now() >= deadlineMs || !(await sleep(POLL_MS, abort))) return false;
  }
  return true;
}
