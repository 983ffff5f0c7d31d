import { join } from "node:path";
import type { Agent } from "../support/agent.ts";
import { arrayAt, numberAt } from "../support/json.ts";
import type { Verdict } from "./reconcile.ts";

/** Slowest hundredth of the accepted requests under load; machines of continuous integration have other work, too. */
const P99_MAX_MS = { short: 250, long: 50 };

/** What small requests from a process of its own have met. */
export interface Latency {
  /** Of the accepted ones. */
  readonly p99Ms: number;
  /** `Retry-After` values of refusals outside of 1 to 5 s. */
  readonly badRetryAfter: readonly unknown[];
}

export function p99MaxMs(isShort: boolean): number {
  return isShort ? P99_MAX_MS.short : P99_MAX_MS.long;
}

/** Sends probes to the agent for `ms`. */
export async function probeLatency({ port }: Agent, ms: number): Promise<Latency> {
  const script = join(import.meta.dir, "latency-probe.ts");
  const child = Bun.spawn([process.execPath, script, String(port), String(ms)], { stdout: "pipe", stderr: "inherit" });
  const seen: unknown = JSON.parse(await new Response(child.stdout).text());
  return { p99Ms: numberAt(seen, "p99Ms"), badRetryAfter: arrayAt(seen, "badRetryAfter") };
}

/** Probes stand in no books, so they would pass for invented lines. */
export function withoutProbes(verdict: Verdict): Verdict {
  return { ...verdict, invented: verdict.invented.filter((line) => !line.includes('{"probe":')) };
}
