import type { PartHealth } from "../pipeline.ts";
import type { LogProblem } from "./log-sources.ts";
import type { Skipped } from "./search-path.ts";

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
  /** Programs found there that an agent of root does not run. */
  readonly skipped: readonly Skipped[];
  /** How the last run ended. Absent while no run has ended. */
  readonly lastExit?: string;
  /** True while the last runs count as a crash loop, also while the next one starts. */
  readonly isCrashLoop: boolean;
  /** What a collector that runs well cannot do all the same. */
  readonly problem?: LogProblem | undefined;
}

/** A collector needs a fraction of a second; one that waits for its storage lock up to ten. */
export const START_MAX_MS = 30_000;

const LOOK_AT_LOG = "Look at the agent's log, which has the collector's last words";
const REPAIR = `${LOOK_AT_LOG}, and at the files given with --collector-config`;

/** The collector's health is never worse than degraded: the receiver works without it. */
export function verdictOf(facts: CollectorFacts): PartHealth {
  const { state, stateMs, quietMs, lastExit, isCrashLoop, problem } = facts;
  const seconds = Math.round(stateMs / 1000);
  if (isCrashLoop && state !== "stopped" && state !== "absent") {
    const now = state === "crash-loop" ? "waiting before the next attempt" : `${state} for ${seconds} s`;
    return degraded(`Crash loop: the collector ended again and again (${now}); last: ${lastExit ?? "unknown"}`, REPAIR);
  }
  switch (state) {
    case "absent":
      return verdictOfAbsent(facts);
    case "starting":
      if (lastExit !== undefined) return degraded(`The collector starts again; last: ${lastExit}`, REPAIR);
      return stateMs < START_MAX_MS
        ? { status: "healthy" }
        : degraded(`The collector is not ready after ${seconds} s`, LOOK_AT_LOG);
    case "running":
      return problem === undefined ? { status: "healthy" } : degraded(problem.reason, problem.remedy);
    case "silent":
      return degraded(
        `The collector runs, but none of its requests arrived for ${Math.round(quietMs / 1000)} s`,
        LOOK_AT_LOG,
      );
    case "backing-off":
    case "crash-loop":
      return degraded(`The collector ended: ${lastExit ?? "unknown"}`, REPAIR);
    case "stopped":
      break;
  }
  return degraded("The collector is stopped", "Start the agent");
}

/** Why there is no program to run, and what to do about it. */
export function verdictOfAbsent({ tried, skipped }: Pick<CollectorFacts, "tried" | "skipped">): Required<PartHealth> {
  const [first] = skipped;
  if (first !== undefined) {
    return degraded(`Cannot run the collector "${first.path}" as root: ${first.reason}`, `Run: ${first.remedy}`);
  }
  return degraded(
    `Cannot find the collector: looked for ${tried.map((path) => `"${path}"`).join(", ")}`,
    "Put otelcol beside the executable, name it with --collector-path, or run with --no-collector",
  );
}

function degraded(reason: string, remedy: string): Required<PartHealth> {
  return { status: "degraded", reason, remedy };
}
