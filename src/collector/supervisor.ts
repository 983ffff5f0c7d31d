import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import { randomHex } from "../lib/random-hex.ts";
import { sleep } from "../lib/sleep.ts";
import type { PartHealth } from "../pipeline.ts";
import type { CollectorStats } from "../stats/agent-stats.ts";
import { type CollectorChild, describeExit } from "./child.ts";
import { findProgram } from "./find-program.ts";
import { readToTheEnd } from "./last-read.ts";
import { Launch } from "./launch.ts";
import { describeLog } from "./log-sources.ts";
import type { CollectorOptions } from "./options.ts";
import { OutputTail } from "./output-tail.ts";
import { usageOf } from "./process-info.ts";
import { keptWord } from "./kept-word.ts";
import { Marks } from "./marks.ts";
import { NamedPlaces } from "./named-places.ts";
import { RestartPolicy } from "./restart-policy.ts";
import { searchPathOf, type Skipped } from "./search-path.ts";
import { type SupervisorTiming, TIMING } from "./supervisor-timing.ts";
import { verdictOf, type CollectorState } from "./verdict.ts";

/** Each request of our collector carries this header with {@link CollectorSupervisor.token} as its value. */
export const COLLECTOR_HEADER = "x-warp-telemetry-collector";

const READY = "Everything is ready";
/** What the program says of itself is shown to everybody, so it must look like a version. */
const VERSION = /"Version": "(\d[\w.+-]{0,40})"/;
const TOKEN_BYTES = 16;
/** Of the collector's output, for the log: they tell why it ended, or what it waits for. */
const LAST_WORDS_LINES = 20;
const LAST_WORDS_MAX_CHARS = 4000;
/** How long stop waits beyond its timeout: for the end after SIGKILL, and the last words. */
const UNWIND_MAX_MS = 1000;
/** Of the time for a stop, the last read waits this part for a line: the collector needs the rest to end. */
const LAST_READ_SHARE = 3 / 5;

const log = logOf("collector");

/**
 * Starts the collector, watches it, starts it again when it ends, and stops it. It knows the receiver by its address
 * only. One life: start, then stop.
 */
export class CollectorSupervisor {
  /** Value of {@link COLLECTOR_HEADER}, random per run. A secret: others could pose as our collector. */
  readonly token = randomHex(TOKEN_BYTES);
  /** What is offered to the ring of logs has to go through these, see {@link stop}. */
  readonly marks: Marks;
  readonly #options: CollectorOptions;
  readonly #timing: SupervisorTiming;
  readonly #policy: RestartPolicy;
  readonly #tail: OutputTail;
  readonly #launch: Launch;
  readonly #stop = new AbortController();
  #life: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #state: CollectorState = "stopped";
  #stateSinceMs = performance.now();
  #child: CollectorChild | undefined;
  #childSinceMs = 0;
  #program: string | undefined;
  #programVersion: string | undefined;
  #tried: readonly string[] = [];
  #skipped: readonly Skipped[] = [];
  readonly #named = new NamedPlaces();
  #restarts = 0;
  #exits = 0;
  #lastExit: string | undefined;
  /** Lines of output before the newest run. */
  #linesBefore = 0;
  #requests = 0;
  #lastRequestAtMs: number | undefined;

  constructor(options: CollectorOptions, timing: Partial<SupervisorTiming> = {}) {
    this.#options = options;
    this.marks = new Marks(keptWord(options.home));
    this.#timing = { ...TIMING, ...timing };
    this.#policy = new RestartPolicy(this.#timing);
    this.#tail = new OutputTail(options.outputMaxBytes, (line) => this.#noteLine(line));
    this.#launch = new Launch(options, {
      token: this.token,
      marks: this.marks,
      leftoverGraceMs: this.#timing.leftoverGraceMs,
    });
  }

  /**
   * Begins to supervise and returns at once. Never rejects: a collector that is missing or crashes is told by
   * {@link health}. Safe to call twice; does nothing after stop.
   */
  start(): Promise<void> {
    this.#life ??= this.#live();
    return Promise.resolve();
  }

  /**
   * Lets the collector read the system log to the end that it has now, at normal priority; one that still brings lines
   * has `slowMs` for that. Then SIGTERM to its process group, SIGKILL when the rest of `timeoutMs` is over. Resolves when it
   * has ended, at the latest a second after that. Idempotent (the first timeout counts), safe before start. No exit after
   * that is a crash.
   */
  stop(timeoutMs: number, slowMs = timeoutMs): Promise<void> {
    this.#stopped ??= this.#finish(timeoutMs, slowMs);
    return this.#stopped;
  }

  /** The receiver got a request that carried {@link token}, however it answered. */
  noteRequest(): void {
    this.#requests++;
    this.#lastRequestAtMs = performance.now();
    if (this.#state === "starting" || this.#state === "silent") this.#become("running");
  }

  /** Never worse than degraded: the receiver works without a collector. */
  health(): PartHealth {
    this.#look();
    return verdictOf({
      state: this.#state,
      stateMs: performance.now() - this.#stateSinceMs,
      quietMs: this.#quietMs,
      tried: this.#tried,
      skipped: this.#skipped,
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
      isCrashLoop: this.#policy.isCrashLoop,
      problem: this.#launch.problem(),
    });
  }

  /** Its last lines, oldest first. They may hold text of others: only for who may see what a job has sent. */
  lastOutput(lines: number): readonly string[] {
    return this.#tail.last(lines);
  }

  /** Paths, numbers and our own words: what the collector writes is in the log only. */
  stats(): CollectorStats {
    this.#look();
    const usage = this.#child && usageOf(this.#child.pid);
    const nowMs = performance.now();
    return {
      state: this.#state,
      state_ms: Math.round(nowMs - this.#stateSinceMs),
      program: this.#program ?? null,
      version: this.#programVersion ?? null,
      pid: this.#child?.pid ?? null,
      uptime_ms: this.#child === undefined ? null : Math.round(nowMs - this.#childSinceMs),
      restarts: this.#restarts,
      last_exit: this.#lastExit ?? null,
      requests: this.#requests,
      last_request_age_ms: this.#lastRequestAtMs === undefined ? null : Math.round(nowMs - this.#lastRequestAtMs),
      rss_bytes: usage?.rssBytes ?? null,
      cpu_ms: usage?.cpuMs ?? null,
      user: this.#launch.user ?? null,
      launcher: this.#launch.prefix.join(" "),
      system_log: this.#launch.systemLog === undefined ? null : describeLog(this.#launch.systemLog),
      output_lines: this.#tail.position,
      output: [`${this.#tail.position} lines; the last ones go to the agent's log when it ends`],
    };
  }

  async #finish(timeoutMs: number, slowMs: number): Promise<void> {
    const startMs = performance.now();
    const child = this.#child;
    if (child !== undefined) await this.#readToTheEnd(child, timeoutMs * LAST_READ_SHARE, slowMs * LAST_READ_SHARE);
    this.#stop.abort();
    const restMs = Math.max(timeoutMs - (performance.now() - startMs), timeoutMs * (1 - LAST_READ_SHARE));
    void this.#child?.stop(restMs);
    const timer = new AbortController();
    await Promise.race([this.#life, sleep(restMs + UNWIND_MAX_MS, timer.signal)]);
    timer.abort();
  }

  async #readToTheEnd({ pid, exited }: CollectorChild, timeoutMs: number, slowMs: number): Promise<void> {
    const quietMs = Math.min(timeoutMs, this.#timing.lastReadMaxMs);
    if (quietMs <= 0 || this.#launch.systemLog?.kind === "windows-event-log") return;
    this.#launch.hurry(pid);
    const [write, unread] = [this.#launch.writeMark.bind(this.#launch), () => this.#launch.unreadBytes(pid)];
    await readToTheEnd(this.marks, write, { timeoutMs: Math.max(quietMs, slowMs), quietMs, ended: exited, unread });
  }

  async #live(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const program = this.#findProgram();
      if (program === undefined) {
        this.#become("absent");
        await sleep(this.#timing.lookAgainMs, signal);
        continue;
      }
      const startedAtMs = performance.now();
      this.#become("starting");
      const end = await this.#runOnce(program);
      if (signal.aborted) break;
      const delayMs = this.#policy.exited(performance.now(), performance.now() - startedAtMs);
      this.#exits++;
      this.#lastExit = end;
      this.#become(this.#policy.isCrashLoop ? "crash-loop" : "backing-off");
      if (await sleep(delayMs, signal)) this.#restarts++;
    }
    this.#become("stopped");
  }

  #findProgram(): string | undefined {
    const { folders, skipped } = searchPathOf(this.#options.environment["PATH"]);
    const found = findProgram({ ...this.#options, folders });
    this.#program = found.program;
    this.#tried = found.tried;
    this.#skipped = found.skipped;
    for (const place of [...skipped, ...found.skipped])
      this.#named.tell("A place is not searched, others can change it", place);
    if (found.doubt !== undefined) this.#named.tell("The collector can be changed by others", found.doubt);
    return found.program;
  }

  /** One run of the program, from what precedes it to its end. Returns how it ended. Never rejects. */
  async #runOnce(program: string): Promise<string> {
    this.#linesBefore = this.#tail.position;
    let isGone = true;
    try {
      const launch = await this.#launch.prepare(program, this.#tail, this.#stop.signal);
      if (this.#stop.signal.aborted) {
        isGone = false;
        return "stopped before it was started";
      }
      const child = launch();
      this.#child = child;
      this.#childSinceMs = performance.now();
      this.#lastRequestAtMs = undefined;
      const watch = setInterval(() => this.#look(), this.#timing.silentAfterMs / 3);
      const exit = await child.exited;
      clearInterval(watch);
      return describeExit(exit, this.#tail.position - this.#linesBefore);
    } catch (error) {
      return `Cannot start "${program}": ${errorText(error)}`;
    } finally {
      this.#child = undefined;
      this.#launch.ended({ isGone });
    }
  }

  /** Notices what is told by time alone: that requests stay away, that a run has lasted. */
  #look(): void {
    if (this.#child === undefined) return;
    const nowMs = performance.now();
    this.#policy.lasted(nowMs - this.#childSinceMs);
    if (this.#state !== "running") return;
    if (this.#quietMs > Math.max(this.#timing.silentAfterMs, 3 * this.#options.intervalMs)) this.#become("silent");
  }

  #noteLine(line: string): void {
    log.debug("Output of the collector", { line });
    if (this.#state !== "starting") return;
    this.#programVersion = VERSION.exec(line)?.[1] ?? this.#programVersion;
    if (line.includes(READY)) this.#become("running");
  }

  #become(state: CollectorState): void {
    if (state === this.#state) return;
    const before = this.#state;
    this.#state = state;
    this.#stateSinceMs = performance.now();
    switch (state) {
      case "absent":
        return log.warn("No collector found: receiving only", { tried: this.#tried.join(", ") });
      case "running":
        return this.#tellRunning(before);
      case "silent":
        return log.warn("The collector runs, but its requests stay away", { output: this.#lastWords() });
      case "backing-off":
        return log.warn("The collector ended, it will be started again", {
          exit: this.#lastExit,
          output: this.#lastWords(),
        });
      case "crash-loop":
        return log.error("The collector ends again and again, trying less often", {
          exit: this.#lastExit,
          output: this.#lastWords(),
        });
      case "starting":
      case "stopped":
        return log.debug(`Collector ${state}`);
    }
  }

  #tellRunning(before: CollectorState): void {
    if (before === "silent") return log.info("The collector's requests arrive again");
    const { user } = this.#launch;
    log.info("Collector ready", { pid: this.#child?.pid, program: this.#program, user, exits: this.#exits });
    if (this.#child !== undefined) this.#launch.ready(this.#child.pid);
  }

  /** The end of the newest run's output. */
  #lastWords(): string {
    return this.#tail.last(LAST_WORDS_LINES, this.#linesBefore).join(" | ").slice(-LAST_WORDS_MAX_CHARS);
  }

  get #quietMs(): number {
    return performance.now() - Math.max(this.#lastRequestAtMs ?? 0, this.#childSinceMs);
  }
}
