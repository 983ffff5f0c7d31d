import { boottimeUs, monotonicUs } from "../lib/libc.ts";
import { EVENTS, type Report } from "./event.ts";

/** Below it a clock is put right by the services that keep it right. */
const JUMP_MIN_MS = 2000;
/** A suspension is longer; the two clocks are read one after the other. */
const SUSPEND_MIN_MS = 1000;

/** The clocks of the machine, in ms. */
export interface Clocks {
  /** Unix time: it can be set. */
  wallMs(): number;
  /** It only goes on, and stands still while the machine is suspended. */
  monotonicMs(): number;
  /** The same, but it goes on meanwhile. Undefined where it is not to be had; then a suspension cannot be told from a jump. */
  boottimeMs(): number | undefined;
}

/** Of this machine. */
export const MACHINE_CLOCKS: Clocks = {
  wallMs: () => Date.now(),
  monotonicMs: () => {
    const us = monotonicUs();
    return us === undefined ? performance.now() : us / 1000;
  },
  boottimeMs: () => {
    const us = boottimeUs();
    return us === undefined ? undefined : us / 1000;
  },
};

/**
 * Tells when somebody has set the clock, and when the machine has been suspended. Both show only afterwards. A machine
 * that its host has frozen knows of it only by the clock, if that is set right later.
 */
export class ClockWatch {
  readonly #report: Report;
  readonly #clocks: Clocks;
  /** What the wall clock is ahead of the one that knows suspensions, and what that is ahead of the monotonic one. */
  #setMs: number | undefined;
  #suspendedMs = 0;

  constructor(report: Report, clocks: Clocks) {
    this.#report = report;
    this.#clocks = clocks;
  }

  tick(): void {
    const monotonicMs = this.#clocks.monotonicMs();
    const steadyMs = this.#clocks.boottimeMs() ?? monotonicMs;
    const wallMs = this.#clocks.wallMs();
    const [setMs, suspendedMs] = [wallMs - steadyMs, steadyMs - monotonicMs];
    const before = this.#setMs;
    const [jumpMs, sleptMs] = [setMs - (before ?? setMs), suspendedMs - this.#suspendedMs];
    this.#setMs = setMs;
    this.#suspendedMs = suspendedMs;
    if (before === undefined) return;
    if (sleptMs >= SUSPEND_MIN_MS) this.#tellSuspension(sleptMs);
    if (Math.abs(jumpMs) > JUMP_MIN_MS) this.#tellJump(jumpMs);
  }

  #tellSuspension(sleptMs: number): void {
    this.#report({
      kind: EVENTS.suspend,
      text: "The machine was suspended, and has been resumed",
      attributes: { duration_ms: Math.round(sleptMs) },
    });
  }

  #tellJump(jumpMs: number): void {
    this.#report({
      kind: EVENTS.clockJump,
      text: `The clock of the machine was set ${jumpMs > 0 ? "forward" : "back"}`,
      attributes: { offset_ms: Math.round(jumpMs) },
    });
  }
}
