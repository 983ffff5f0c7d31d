import { bootMark } from "../lib/boot-mark.ts";
import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import { logOf } from "../lib/log.ts";
import type { JobWatch, KilledStep } from "../job-pipeline.ts";
import type { LineSink, PartHealth, ResourceAttributes } from "../pipeline.ts";
import type { EventStats } from "../stats/agent-stats.ts";
import { type Clocks, ClockWatch, MACHINE_CLOCKS } from "./clock-watch.ts";
import { type DiskSpace, DiskWatch } from "./disk-watch.ts";
import { type EndedRun, hasMachinePids, witnessOf } from "./ended-run.ts";
import type { Event } from "./event.ts";
import { EventLog } from "./event-log.ts";
import { KernelLog } from "./kernel-log.ts";
import type { SeenKill } from "./kill-history.ts";
import { OomCounters } from "./oom-counters.ts";
import { OomWatch } from "./oom-watch.ts";
import { stepKilled } from "./killed-step.ts";
import { type Cloud, noticesOf } from "./spot-notices.ts";
import { SpotWatch } from "./spot-watch.ts";
import { StoreWatch } from "./store-watch.ts";
import { sameBoot, uncleanEnd } from "./unclean-end.ts";

/** All watches share one timer. An event has its record, and is on its way to the store, a second later. */
const TICK_MS = 1000;
/** Disks and the uploader are looked at so often. */
const SLOW_TICKS = 5;

const log = logOf("events");

export interface EventWatchOptions {
  readonly resource: ResourceAttributes;
  /** Where the records go: the ring of logs. */
  readonly sink: LineSink;
  /** Has all that is held sent soon, see `Uploader.hurry`. */
  readonly flush: () => void;
  /** The uploader's health. */
  readonly store: () => PartHealth;
  /** The local file systems that can fill up. Waits for nothing. */
  readonly disks: () => readonly DiskSpace[];
  /** The run before this one, if it ended without an orderly stop. */
  readonly endedRun?: EndedRun | undefined;
  /** Free room in the base directory now; undefined when it is not known. */
  readonly freeBytes?: () => number | undefined;
  /** Whose events these are. Default: nobody's. */
  readonly job?: JobWatch | undefined;
  /** Hears of each event that gets a record, at its wall time in ms. Must not throw. Default: nobody. */
  readonly onEvent?: ((event: Event, atMs: number) => void) | undefined;
  /** The cloud whose notices of spot interruptions are asked for, at the address of its metadata service. Default: none. */
  readonly spot?: { readonly cloud: Cloud; readonly url: string } | undefined;
  /** What comes before `/proc`, `/sys` and `/dev`. Default: nothing. */
  readonly root?: string;
  /** Default: the system's. */
  readonly clock?: Clock;
  readonly clocks?: Clocks;
}

/**
 * Watches what ends a job or spoils its telemetry, and makes one log record of each event, which it has sent at once.
 * While nothing happens a second costs a handful of system calls. One life: start, then stop.
 */
export class EventWatch {
  readonly #options: EventWatchOptions;
  readonly #clock: Clock;
  readonly #events: EventLog;
  readonly #failing = new Set<string>();
  readonly #clockWatch: ClockWatch;
  readonly #diskWatch: DiskWatch;
  readonly #storeWatch: StoreWatch;
  readonly #spotWatch: SpotWatch | undefined;
  #oomWatch: OomWatch | undefined;
  #kernelLog: KernelLog | undefined;
  #endTimer: (() => void) | undefined;
  #isStopped = false;
  #ticks = 0;

  constructor(options: EventWatchOptions) {
    const { clock = SYSTEM_CLOCK, clocks = MACHINE_CLOCKS, store, disks, spot } = options;
    const nowMs = (): number => clock.nowMs();
    this.#options = options;
    this.#clock = clock;
    this.#events = new EventLog({ ...options, job: options.job, nowMs, wallMs: () => clocks.wallMs() });
    const { report } = this.#events;
    this.#clockWatch = new ClockWatch(report, clocks);
    this.#diskWatch = new DiskWatch(report, disks);
    this.#storeWatch = new StoreWatch(report, store, nowMs);
    if (spot !== undefined) this.#spotWatch = new SpotWatch(report, spot.cloud, noticesOf(spot.cloud, spot.url));
  }

  /** Says why the last run ended, if it did not end well, and watches from now on. Safe to call twice; does nothing after stop. */
  start(): void {
    if (this.#isStopped || this.#endTimer !== undefined) return;
    const { root, endedRun } = this.#options;
    this.#kernelLog = KernelLog.open(root);
    if (endedRun !== undefined) this.#attempt("the end of the last run", () => this.#tellEnd(endedRun));
    this.#kernelLog?.skip();
    const counters = this.#kernelLog === undefined ? new OomCounters(root) : undefined;
    if (counters?.isReadable === true)
      log.info("The kernel's log cannot be read: OOM kills are counted, not explained");
    const [{ report }, nowMs] = [this.#events, () => this.#clock.nowMs()];
    this.#oomWatch = new OomWatch({ report, log: this.#kernelLog, counters, nowMs });
    this.#endTimer = this.#clock.every(TICK_MS, () => this.#tick());
    this.#tick();
  }

  /** Looks for the last time, and ends. Idempotent, safe before start. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#spotWatch?.stop();
    this.#endTimer?.();
    this.#attempt("OOM kills", this.#lookAtKernel);
    this.#kernelLog?.close();
  }

  /**
   * The OOM kills that were seen at `sinceMs` (monotonic) or later, this moment included; the newest 64 are kept.
   * Undefined when none would have been seen.
   */
  oomKillsSince(sinceMs: number): readonly SeenKill[] | undefined {
    if (this.#isStopped || this.#oomWatch?.canSee !== true) return undefined;
    return this.#oomWatch.killsSince(sinceMs);
  }

  /**
   * A step ended with exit code 137: tells what that most likely was, by what was seen while it ran. Nothing before start
   * and after stop.
   */
  tellKilledStep(step: KilledStep): void {
    if (this.#isStopped || this.#oomWatch === undefined) return;
    this.#attempt("killed steps", () => {
      this.#events.report(stepKilled(step, this.oomKillsSince(this.#clock.nowMs() - step.tookMs)));
    });
  }

  stats(): EventStats {
    return { ...this.#events.counts, reads_kernel_log: this.#kernelLog !== undefined };
  }

  #tick(): void {
    this.#attempt("OOM kills", this.#lookAtKernel);
    this.#attempt("the clock", this.#lookAtClock);
    if (this.#ticks++ % SLOW_TICKS === 0) {
      this.#attempt("the disks", this.#lookAtDisks);
      this.#attempt("the store", this.#lookAtStore);
    }
    void this.#spotWatch?.tick();
  }

  // Made once, since a function made at every tick would be garbage at every tick.
  readonly #lookAtKernel = (): void => this.#oomWatch?.tick();
  readonly #lookAtClock = (): void => this.#clockWatch.tick();
  readonly #lookAtDisks = (): void => this.#diskWatch.tick();
  readonly #lookAtStore = (): void => this.#storeWatch.tick();

  /** A fault of one watch, told once, is no reason to end the agent. */
  #attempt(what: string, look: () => void): void {
    try {
      look();
    } catch (error) {
      if (!this.#failing.has(what)) log.error(`Cannot watch ${what}`, { error });
      this.#failing.add(what);
    }
  }

  #tellEnd(run: EndedRun): void {
    const { root, freeBytes } = this.#options;
    const now = bootMark(root);
    const isOurs = sameBoot(run, now) === true && hasMachinePids(root);
    const witness = isOurs && this.#kernelLog !== undefined ? witnessOf(run, this.#kernelLog) : undefined;
    this.#events.report(uncleanEnd({ run, now, witness, freeBytes: freeBytes?.() }));
  }
}
