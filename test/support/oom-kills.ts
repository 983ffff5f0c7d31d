import { accessSync, constants } from "node:fs";
import { hasMachinePids } from "../../src/events/ended-run.ts";
import { MemoryLimit } from "./memory-limit.ts";

/** Keeps a line in memory that never ends. */
export const HOG = ["tail", "/dev/zero"];

/** Why there can be no OOM kill here that the agent sees; undefined when there can. */
export function missingKills(): string | undefined {
  if (process.getuid?.() !== 0) return "it takes root";
  const missing = MemoryLimit.missing();
  if (missing !== undefined) return missing;
  try {
    accessSync("/dev/kmsg", constants.R_OK);
  } catch {
    return "it takes a kernel's log that can be read";
  }
  return hasMachinePids() ? undefined : "it takes the process ids of the machine";
}
