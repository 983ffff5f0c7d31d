/** The signals that mean "stop", and their numbers: a process that is ended by one exits with 128 plus its number. */
export const STOP_SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
export type StopSignal = keyof typeof STOP_SIGNALS;

/**
 * npx, shells and terminals pass one Ctrl-C on twice or three times within milliseconds. A person who presses it again is
 * slower than this.
 */
const REPEAT_MIN_MS = 1000;

/** `stop`: begin the orderly stop. `ignore`: an echo of the first signal. `end`: end at once, without the drain. */
export type SignalVerdict = "stop" | "ignore" | "end";

/** What each signal asks for. Times are monotonic milliseconds. */
export class SignalPolicy {
  #firstAtMs: number | undefined;

  receive(nowMs: number): SignalVerdict {
    if (this.#firstAtMs === undefined) {
      this.#firstAtMs = nowMs;
      return "stop";
    }
    return nowMs - this.#firstAtMs < REPEAT_MIN_MS ? "ignore" : "end";
  }
}
