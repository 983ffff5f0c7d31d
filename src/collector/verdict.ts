import type { PartHealth } from "../pipeline.ts";
import type { LogProblem } from "./log-sources.ts";

/**
 * `absent`: no program found, looked for again from time to time. `starting`: not ready yet. `running`: ready.
 * `silent`: runs, but none of its requests arrived for a while. `backing-off`: ended, waits for its next start.
 * `crash-loop`: ended again and again, waits longer. `stopped`: before start and after stop.
 */
export type CollectorState = "absent" | "starting" | "running" | "silent" | "backing-off" | "crash-loop" | "stopped";

/** What the supervisor knows when it is asked for its health. */
export interface CollectorFacts {
  readonly state: CollectorState;
  /** Since the state was entered. */
  readonly stateMs: number;
  /** Since the last request, or since the program was started. */
  readonly quietMs: number;
  /** Where the program was looked for. */
  readonly tried: readonly string[];
  /** How the last run ended, with its last words. Absent while no run has ended. */
  readonly lastExit?: string;
  /** True while the last runs count as a crash loop, also while the next one starts. */
  readonly isCrashLoop: boolean;
  readonly logProblem?: LogProblem | undefined;
}

/** A collector needs a fraction of a second; one that waits for its storage lock up to ten. */
export const START_MAX_MS = 30_000;

const LOOK_AT_OUTPUT = "Look at collector.output in /stats";
const REPAIR = `${LOOK_AT_OUTPUT}, and at the files given with --collector-config`;

/** The collector's health is never worse than degraded: the receiver works without it. */
export function verdictOf(facts: CollectorFacts): PartHealth {
  const { state, stateMs, quietMs, lastExit, isCrashLoop, logProblem } = facts;
  const seconds = Math.round(stateMs / 1000);
  if (isCrashLoop && state !== "stopped" && state !== "absent") {
    const now = state === "crash-loop" ? "waiting before the next attempt" : `${state} for ${seconds} s`;
    return degraded(`Crash loop: the collector ended again and again (${now}); last: ${lastExit ?? "unknown"}`, REPAIR);
  }
  switch (state) {
    case "absent":
      return degraded(
        `Cannot find the collector: looked for ${facts.tried.map((path) => `"${path}"`).join(", ")}`,
        "Put otelcol beside the executable, name it with --collector-path, or run with --no-collector",
      );
    case "starting":
      if (lastExit !== undefined) return degraded(`The collector starts again; last: ${lastExit}`, REPAIR);
      return stateMs < START_MAX_MS
        ? { status: "healthy" }
        : degraded(`The collector is not ready after ${seconds} s`, LOOK_AT_OUTPUT);
    case "running":
      return logProblem === undefined ? { status: "healthy" } : degraded(logProblem.reason, logProblem.remedy);
    case "silent":
      return degraded(
        `The collector runs, but none of its requests arrived for ${Math.round(quietMs / 1000)} s`,
        LOOK_AT_OUTPUT,
      );
    case "backing-off":
    case "crash-loop":
      return degraded(`The collector ended: ${lastExit ?? "unknown"}`, REPAIR);
    case "stopped":
      break;
  }
  return degraded("The collector is stopped", "Start the agent");
}

function degraded(reason: string, remedy: string): PartHealth {
  return { status: "degraded", reason, remedy };
}
