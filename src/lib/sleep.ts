import { setTimeout as timer } from "node:timers/promises";
import type { Clock } from "./clock.ts";

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

/** As {@link sleep}, but by `clock`, whose timers do not keep the process alive. */
export function sleepBy(clock: Clock, ms: number, abort?: AbortSignal): Promise<boolean> {
  if (abort?.aborted === true) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onAbort = (): void => {
      cancel();
      resolve(false);
    };
    const cancel = clock.after(ms, () => {
      abort?.removeEventListener("abort", onAbort);
      resolve(true);
    });
    abort?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Resolves when `signal` fires; at once if it has fired. */
export function fired(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** As `promise`, but rejects with the reason of `abort` as soon as `abort` fires. What `promise` does later is ignored. */
export async function unlessAborted<T>(promise: Promise<T>, abort: AbortSignal): Promise<T> {
  const cut = Promise.withResolvers<never>();
  const onAbort = (): void => cut.reject(abort.reason);
  if (abort.aborted) onAbort();
  abort.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, cut.promise]);
  } finally {
    abort.removeEventListener("abort", onAbort);
    promise.catch(() => {});
    cut.promise.catch(() => {});
  }
}
