import { existsSync } from "node:fs";

/** libfaketime steps the clock of one process (Debian's package `faketime`). */
const LIBRARIES = ["x86_64", "aarch64"].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`);

/** The environment that moves a process's wall clock by `offset` ("+1h"); undefined where libfaketime is not there. */
export function steppedClock(offset: string): Record<string, string> | undefined {
  const library = LIBRARIES.find((file) => existsSync(file));
  // Monotonic time is left alone: a step moves only the wall clock.
  if (library === undefined) return undefined;
  return { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1", FAKETIME_NO_CACHE: "1" };
}
