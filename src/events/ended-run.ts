import { readlinkSync } from "node:fs";
import type { BootMark } from "../lib/boot-mark.ts";
import type { KernelLog, KernelMessage } from "./kernel-log.ts";
import { type OomKill, OomReports } from "./oom-reports.ts";

/** What the last run has left, as `RunRecord` of home/ has it. It ended without an orderly stop. */
export interface EndedRun extends BootMark {
  readonly pid: number;
  readonly lastWords?: { readonly kind: "crash" | "signal"; readonly text: string } | undefined;
}

/** What the kernel's log says of the end of a process. */
export interface KernelWitness {
  readonly oomKill: OomKill | undefined;
  /** A fault that the kernel noted: it read or wrote where there is nothing, for example. */
  readonly hasFault: boolean;
}

/** The kernel's log has a clock of its own, which is near CLOCK_MONOTONIC. */
const CLOCK_SLACK_US = 1_000_000;
/** The inode of the first namespace of process ids is the same on every Linux (PROC_PID_INIT_INO). */
const MACHINE_PIDS = "pid:[4026531836]";
const FAULT = /^(?:traps: )?.{0,15}\[(\d+)\]:? (?:segfault at|general protection|trap )/;

/** Whether our process ids are those of the kernel's log. In a container they are others. `root` is what comes before `/proc`. */
export function hasMachinePids(root = ""): boolean {
  try {
    return readlinkSync(`${root}/proc/self/ns/pid`) === MACHINE_PIDS;
  } catch {
    return false;
  }
}

/**
 * Reads `log` from its start to its end, and what it says of `run`. Messages from before its start are of another
 * process that had the same id; without the time of its start nothing is taken for its own.
 */
export function witnessOf({ pid, monotonicUs }: EndedRun, log: KernelLog): KernelWitness {
  const reports = new OomReports();
  let oomKill: OomKill | undefined;
  let hasFault = false;
  log.readHistory((message) => {
    const kill = reports.push(message);
    if (monotonicUs === undefined || message.timeUs + CLOCK_SLACK_US < monotonicUs) return;
    if (kill?.pid === pid) oomKill = kill;
    if (isFaultOf(pid, message)) hasFault = true;
  });
  return { oomKill, hasFault };
}

function isFaultOf(pid: number, { text }: KernelMessage): boolean {
  if (!text.includes(`[${pid}]`)) return false;
  const [, faulty] = FAULT.exec(text) ?? [];
  return faulty !== undefined && Number(faulty) === pid;
}
