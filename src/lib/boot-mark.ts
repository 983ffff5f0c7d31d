import { readFileSync } from "node:fs";
import { monotonicUs } from "./libc.ts";

/** A moment in the life of the running kernel. What cannot be read is absent. */
export interface BootMark {
  /** The kernel makes a new one at each boot (random(4)). */
  readonly bootId?: string;
  /** CLOCK_MONOTONIC, near the one of the kernel's log. */
  readonly monotonicUs?: number;
  /** Processes that the kernel has killed for memory since it booted, in every container. */
  readonly oomKills?: number;
}

const BOOT_ID = /^[0-9a-f-]{36}$/;

/** The moment of the call. `root` is what comes before `/proc`. */
export function bootMark(root = ""): BootMark {
  const bootId = textOf(`${root}/proc/sys/kernel/random/boot_id`).trim();
  const nowUs = monotonicUs();
  const oomKills = oomKillsIn(textOf(`${root}/proc/vmstat`));
  return {
    ...(BOOT_ID.test(bootId) ? { bootId } : {}),
    ...(nowUs === undefined ? {} : { monotonicUs: nowUs }),
    ...(oomKills === undefined ? {} : { oomKills }),
  };
}

/** The number behind `oom_kill`, as /proc/vmstat and the files of cgroups have it. */
export function oomKillsIn(text: string): number | undefined {
  const [, count] = /^oom_kill (\d+)$/m.exec(text) ?? [];
  return count === undefined ? undefined : Number(count);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
