import type { KilledStep } from "../job-pipeline.ts";
import { KILLED } from "./result.ts";
import type { Step } from "./step.ts";

/** A log that is read again tells of steps that ended long ago; what was seen of the machine then is gone. */
const RECENT_MS = 60_000;

/** What others need to judge a step that somebody has killed. Undefined for every other, and for one of long ago. */
export function killedStep(step: Step, nowMs: number): KilledStep | undefined {
  const { id, name, errorType, startedAtMs, endedAtMs, peaks } = step;
  if (errorType !== KILLED || endedAtMs === undefined || nowMs - endedAtMs > RECENT_MS) return undefined;
  const { memoryBytes: usedBytes, memoryTotalBytes: memoryBytes } = peaks;
  const measured = usedBytes === 0 ? {} : { memoryBytes, leastFreeBytes: memoryBytes - usedBytes };
  return { id, name, tookMs: endedAtMs - startedAtMs, ...measured };
}
