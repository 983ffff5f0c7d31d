import { sleep } from "../lib/sleep.ts";
import { OutputPump } from "./output-pump.ts";
import type { OutputTail } from "./output-tail.ts";
import { signalGroup, startTimeOf } from "./process-info.ts";

/** How long to read on after the child has ended: its last words tell why. */
const LAST_WORDS_MS = 200;
/** How long to wait for a child that got SIGKILL: only a process in a disk wait needs any. */
const KILL_WAIT_MS = 500;

/** How a child ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | number | null;
  readonly ranMs: number;
}

export interface ChildCommand {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** A file that is open for it under the number {@link PASSED_FD}; the caller closes its own. */
  readonly passedFd?: number | undefined;
}

/** The first number behind standard input, output and error. */
export const PASSED_FD = 3;

/**
 * One run of the collector in a process group of its own. Its output is always read, into `tail`. When it ends, so
 * does everything it left in its group: a grandchild would hold the pipes for ever.
 */
export class CollectorChild {
  readonly pid: number;
  /** Resolves when the child has ended, its group too, and its last words are in the tail. Never rejects. */
  readonly exited: Promise<ChildExit>;
  readonly #startedAtMs = performance.now();
  #stopping: Promise<void> | undefined;

  /** Starts it. Throws when the program cannot be started. */
  constructor({ command, environment, workingDirectory, passedFd }: ChildCommand, tail: OutputTail) {
    const child = Bun.spawn([...command], {
      env: environment,
      cwd: workingDirectory,
      stdio: ["ignore", "pipe", "pipe", ...(passedFd === undefined ? [] : [passedFd])],
      detached: true,
    });
    this.pid = child.pid;
    this.exited = this.#watch(child, [
      new OutputPump(child.stdout, tail.writer()),
      new OutputPump(child.stderr, tail.writer()),
    ]);
  }

  /**
   * SIGTERM to the group, `graceMs`, SIGKILL. Resolves when the child has ended, at the latest half a second after the
   * SIGKILL. Safe to call twice: the first grace counts.
   */
  stop(graceMs: number): Promise<void> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  /** Whether it ends in that time; false also when `abort` fires before it has. Nothing is done to it. */
  async endsWithin(timeoutMs: number, abort?: AbortSignal): Promise<boolean> {
    const timer = new AbortController();
    const cut = abort === undefined ? timer.signal : AbortSignal.any([abort, timer.signal]);
    const inTime = await Promise.race([this.exited.then(() => true), sleep(timeoutMs, cut).then(() => false)]);
    timer.abort();
    return inTime;
  }

  async #stop(graceMs: number): Promise<void> {
    signalGroup(this.pid, "SIGTERM");
    if (await this.endsWithin(graceMs)) return;
    signalGroup(this.pid, "SIGKILL");
    await this.endsWithin(KILL_WAIT_MS);
  }

  async #watch(child: Bun.Subprocess, pumps: readonly OutputPump[]): Promise<ChildExit> {
    await child.exited;
    const ranMs = performance.now() - this.#startedAtMs;
    // Its group keeps the number as long as one of them lives; a process of that number is a stranger's.
    if (startTimeOf(this.pid) === undefined) signalGroup(this.pid, "SIGKILL");
    for (const pump of pumps) pump.hurry();
    const timer = new AbortController();
    await Promise.race([Promise.all(pumps.map((pump) => pump.done)), sleep(LAST_WORDS_MS, timer.signal)]);
    timer.abort();
    for (const pump of pumps) pump.cancel();
    return { code: child.exitCode, signal: child.signalCode, ranMs };
  }
}

/** How a run ended, for people, with so many lines of output. */
export function describeExit({ code, signal, ranMs }: ChildExit, lines: number): string {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  return `${how} after ${(ranMs / 1000).toFixed(1)} s and ${lines} lines of output`;
}
