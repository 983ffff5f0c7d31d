import { setTimeout as timer } from "node:timers/promises";

/**
 * Waits `ms` milliseconds, or less when `abort` fires. Resolves to true when the whole time has passed, to false when
 * it was cut short; never rejects. The timer is gone when it returns.
 */
export async function sleep(ms: number, abort?: AbortSignal): Promise<boolean> {
  try {
    await timer(Math.max(0, ms), undefined, abort === undefined ? {} : { signal: abort });
    return true;
  } catch {
    return false;
  }
}
