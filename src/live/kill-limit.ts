import type { LiveEvent } from "./live-data.ts";
import { numberOf, textOf } from "./told-values.ts";

const SCOPES = ["cgroup", "machine", "cpuset", "memory_policy"] as const satisfies readonly LiveEvent["oomScope"][];

/** Whose limit a kill for memory was about, read from what may be anything. Empty for another event. */
export function killLimit(scope: unknown, limitBytes: unknown): Pick<LiveEvent, "oomScope" | "limitBytes"> {
  const oomScope = SCOPES.find((known) => known === textOf(scope));
  const bytes = numberOf(limitBytes);
  return { ...(oomScope !== undefined && { oomScope }), ...(bytes !== undefined && { limitBytes: bytes }) };
}
