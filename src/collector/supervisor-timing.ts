import { RESTART_LIMITS, type RestartLimits } from "./restart-policy.ts";

/** What the supervisor waits for, in ms. Tests wait less. */
export interface SupervisorTiming extends RestartLimits {
  /** Between two looks for a program that is not there: it may be copied in later. */
  readonly lookAgainMs: number;
  /** Grace for a collector that an earlier run left behind. */
  readonly leftoverGraceMs: number;
  /** No request for so long (or for three intervals, if that is longer): silent. It batches for 5 s. */
  readonly silentAfterMs: number;
  /** At a stop, for the system log to be read to its end; never more than a part of the stop's time. 0: not at all. */
  readonly lastReadMaxMs: number;
}

/** For everything but tests. */
export const TIMING: SupervisorTiming = {
  ...RESTART_LIMITS,
  lookAgainMs: 30_000,
  leftoverGraceMs: 5000,
  silentAfterMs: 30_000,
  lastReadMaxMs: 5000,
};
