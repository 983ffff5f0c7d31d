import type { LiveResult } from "./live-data.ts";

/** How a result looks and is called: the sign says it to those who see no colours. */
export const RESULTS: Readonly<Record<LiveResult | "running", { readonly sign: string; readonly word: string }>> = {
  running: { sign: "▶", word: "running" },
  success: { sign: "✓", word: "succeeded" },
  failure: { sign: "✗", word: "failed" },
  cancellation: { sign: "⊘", word: "cancelled" },
  skip: { sign: "→", word: "skipped" },
  error: { sign: "!", word: "ended by an error" },
};

/** Ended without a result that anybody knows. */
const UNKNOWN = { sign: "·", word: "ended" };

export function resultOf(one: { readonly endedAtMs?: number; readonly result?: LiveResult }): {
  readonly sign: string;
  readonly word: string;
  readonly name: string;
} {
  if (one.result !== undefined && Object.hasOwn(RESULTS, one.result))
    return { ...RESULTS[one.result], name: one.result };
  return one.endedAtMs === undefined ? { ...RESULTS.running, name: "running" } : { ...UNKNOWN, name: "unknown" };
}
