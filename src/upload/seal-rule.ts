import type { BatchSource } from "../pipeline.ts";

/** When a stream is sealed. */
export interface SealLimits {
  readonly bufferLines: number;
  readonly objectMaxBytes: number;
  readonly pushFrequencyMs: number;
}

/** What is known of a stream when that is decided. */
export type SealState = Pick<
  BatchSource,
  "unsealedLines" | "unsealedBytes" | "oldestUnsealedAtMs" | "usedBytes" | "capacityBytes"
>;

/**
 * Of a ring: less than this and the longest line, half a ring, still fits for everybody. The last eighth is not for
 * everybody.
 */
const TIGHT_ABOVE = 3 / 8;

/** Whether a ring may have no room for the longest line. */
export function isTight({ usedBytes, capacityBytes }: Pick<BatchSource, "usedBytes" | "capacityBytes">): boolean {
  return usedBytes > capacityBytes * TIGHT_ABOVE;
}

/**
 * How long until the unsealed lines become a batch: 0 is now, `Infinity` when there are none. `nowMs` is monotonic.
 * Whichever comes first: as many lines, as many bytes, or as old a line as the limits say, or a ring that is tight. Pure.
 */
export function msUntilSeal(
  { unsealedLines, unsealedBytes, oldestUnsealedAtMs, usedBytes, capacityBytes }: SealState,
  { bufferLines, objectMaxBytes, pushFrequencyMs }: SealLimits,
  nowMs: number,
): number {
  if (oldestUnsealedAtMs === undefined) return Number.POSITIVE_INFINITY;
  if (unsealedLines >= bufferLines || unsealedBytes >= objectMaxBytes || isTight({ usedBytes, capacityBytes }))
    return 0;
  return Math.max(0, oldestUnsealedAtMs + pushFrequencyMs - nowMs);
}
