/** How long the searches of the codec and its kin look: `CODEC_RUNS=10000 CODEC_SEED=7 bun test test/otlp` looks elsewhere, longer. */
import { STREAM_TABLE, type Signal } from "../../src/pipeline.ts";

export const SIGNALS: readonly Signal[] = [...new Set(Object.values(STREAM_TABLE).map(({ signal }) => signal))];

/** How many requests a search makes: `usual`, or as many as were asked for. */
export function runsOr(usual: number): number {
  return Number(Bun.env["CODEC_RUNS"] ?? usual);
}

export const SEED = Number(Bun.env["CODEC_SEED"] ?? 42);

/** For fc.assert(). Shrinking a large request can take minutes: it is cut short. */
export function searchOf(numRuns: number) {
  return { numRuns, seed: SEED, interruptAfterTimeLimit: searchMaxMs(numRuns), markInterruptAsFailure: true };
}

/** What a search of so many requests may take; less than the test around it, so that it can still say what it found. */
export function searchMaxMs(numRuns: number): number {
  return 60_000 + 20 * numRuns;
}
