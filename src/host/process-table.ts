import { cpuMsOf } from "../lib/libc.ts";
import { HostFile } from "./host-file.ts";
import type { Process } from "./process.ts";
import { ProcessIds } from "./process-ids.ts";
import { ProcessStat } from "./process-stat.ts";

/** Pages may go without CPU time of the process, as by swapping: so each is read at one of sixty scans at least. */
const REREAD_SCANS = 60;
/** More would hold up the receiver for a tenth of a second, at every scan. */
const PROCESSES_MAX = 10_000;
/** What /proc/uptime and start times may differ by: they have steps of 10 ms. */
const START_SLACK_MS = 20;
const MS_PER_SECOND = 1000;
const MS_PER_HUNDREDTH = 10;

/** CPU time of a process in ms, NaN when it is gone, undefined where it cannot be had this way. */
export type CpuClock = (pid: number) => number | undefined;

/**
 * All processes, as far as /proc shows them. A scan asks each for its CPU time, by one system call, and reads the files
 * of those only that have used some since: a process that sleeps changes nothing. 500 sleeping processes cost 1 ms of
 * CPU; to read their files costs 9.
 */
export class ProcessTable {
  readonly #ids: ProcessIds;
  readonly #clock: CpuClock;
  readonly #stat: ProcessStat;
  readonly #uptime: HostFile;
  readonly #byPid = new Map<number, Process>();
  #scan = 0;
  #upMs = 0;
  #lastUpMs = 0;
  #endedMs = 0;

  /** `root` is what comes before `/proc`. The default clock is that of this machine. */
  constructor(root: string, clock: CpuClock = root === "" ? cpuMsOf : () => undefined) {
    this.#ids = new ProcessIds(root);
    this.#clock = clock;
    this.#stat = new ProcessStat(root);
    this.#uptime = new HostFile(`${root}/proc/uptime`);
  }

  /** As the last scan found them. */
  get processes(): ReadonlyMap<number, Process> {
    return this.#byPid;
  }

  /** The time of the last scan, since the start of the machine. */
  get upMs(): number {
    return this.#upMs;
  }

  /**
   * CPU time between the last two scans that processes have used that ended meanwhile, of which many lived for some
   * milliseconds only. It is what parents have inherited, less what was seen before: that of a process whose parent does
   * not wait for it is missing.
   */
  get endedMs(): number {
    return this.#endedMs;
  }

  /**
   * Looks at all processes. A first scan knows no time since the last one. Throws when /proc cannot be listed, and when
   * there are more than 10,000.
   */
  scan(): void {
    const ids = this.#ids.read();
    if (ids.length > PROCESSES_MAX) {
      throw new Error(`Cannot look at all processes: there are ${ids.length}, ${PROCESSES_MAX} wanted at most`);
    }
    this.#scan++;
    const uptime = this.#uptime.read();
    this.#lastUpMs = this.#upMs;
    this.#upMs = uptime.next() * MS_PER_SECOND + uptime.next() * MS_PER_HUNDREDTH;
    this.#endedMs = 0;
    // By index: an iterator makes garbage at every step.
    for (let index = 0; index < ids.length; index++) this.#look(ids[index] ?? 0);
    for (const entry of this.#byPid.values()) {
      if (entry.scan !== this.#scan) this.#forget(entry);
    }
    this.#endedMs = Math.max(0, this.#endedMs);
  }

  close(): void {
    this.#uptime.close();
    this.#byPid.clear();
  }

  #look(pid: number): void {
    const known = this.#byPid.get(pid);
    const clockMs = this.#clock(pid);
    if (known !== undefined && clockMs === known.cpuMs && (pid + this.#scan) % REREAD_SCANS !== 0) {
      known.spentMs = 0;
      known.scan = this.#scan;
      return;
    }
    if (Number.isNaN(clockMs) || !this.#stat.read(pid)) return;
    const cpuMs = clockMs ?? this.#stat.cpuMs;
    if (known?.startedMs === this.#stat.startedMs) this.#update(known, cpuMs);
    else this.#add(pid, cpuMs);
  }

  #update(known: Process, cpuMs: number): void {
    known.spentMs = Math.max(0, cpuMs - known.cpuMs);
    known.cpuMs = cpuMs;
    this.#endedMs += Math.max(0, this.#stat.childrenMs - known.childrenMs);
    known.childrenMs = this.#stat.childrenMs;
    // It may have become another program, and its parent may have ended.
    known.name = this.#stat.name;
    known.parentPid = this.#stat.parentPid;
    known.residentPages = this.#stat.residentPages;
    known.scan = this.#scan;
    known.readAtScan = this.#scan;
  }

  #add(pid: number, cpuMs: number): void {
    const before = this.#byPid.get(pid);
    if (before !== undefined) this.#forget(before);
    const { name, parentPid, startedMs, childrenMs, residentPages } = this.#stat;
    // One that is older than the last scan was not seen by it; how much of its time is of this interval is not known.
    const isNew = this.#scan > 1 && startedMs >= this.#lastUpMs - START_SLACK_MS;
    if (isNew) this.#endedMs += childrenMs;
    this.#byPid.set(pid, {
      pid,
      name,
      parentPid,
      startedMs,
      cpuMs,
      spentMs: isNew ? cpuMs : 0,
      childrenMs,
      residentPages,
      scan: this.#scan,
      readAtScan: this.#scan,
      isOfJob: false,
      isOfSeveral: false,
      step: undefined,
    });
  }

  /** Its time is in that of its parent now. */
  #forget(entry: Process): void {
    this.#endedMs -= entry.cpuMs + entry.childrenMs;
    this.#byPid.delete(entry.pid);
  }
}
