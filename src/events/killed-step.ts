import type { KilledStep } from "../job-pipeline.ts";
import { type Event, EVENTS } from "./event.ts";
import type { SeenKill } from "./kill-history.ts";

/** 128 and SIGKILL's 9: what a shell and the runner say of a process that somebody has killed. A program may also say it itself. */
const KILLED_EXIT_CODE = 137;
/** Of the memory: with more than this left at every look the machine was not the reason. */
const TO_SPARE_SHARE = 0.1;

/** What was seen while a step ran. */
export interface KilledStepFacts {
  readonly exitCode: number;
  /** Whether kills for memory would have been seen, by the kernel's log or its counts. */
  readonly canSeeOomKills: boolean;
  /** Processes that were killed for memory meanwhile, whosever they were. */
  readonly oomKills: number;
  /** Those of them that surely belonged to the step. */
  readonly oomKillsOfStep: number;
  /** Of the memory that the step could have; undefined when nobody has looked. */
  readonly lowestAvailableBytes: number | undefined;
  readonly memoryBytes: number | undefined;
}

/**
 * What "exit code 137" most likely was. `not_killed`: another exit code. `oom_kill`: a process of the step was killed for
 * memory. `oom_kill_meanwhile`: some process was, and whose is not known. `memory_to_spare`: none was, and there was
 * memory: a person, a time limit or the runner has killed it. `memory_low`: none was, but there was hardly any: a program
 * that kills before the kernel has to may have. `unknown`: not enough was seen.
 */
export type KillCause = "not_killed" | "oom_kill" | "oom_kill_meanwhile" | "memory_to_spare" | "memory_low" | "unknown";

const WORDS: Readonly<Record<KillCause, string>> = {
  not_killed: "Not killed",
  oom_kill: "The kernel killed a process of the step for memory",
  oom_kill_meanwhile:
    "The kernel killed a process for memory while the step ran; whether it was the step's is not known",
  memory_to_spare: "Killed with memory to spare: the kernel killed nothing for memory",
  memory_low: "Killed while memory was low, but not by the kernel: it killed nothing for memory",
  unknown: "Killed; not enough was seen to say why",
};

export interface KillVerdict {
  readonly cause: KillCause;
  /** For people, in our words. */
  readonly text: string;
}

/** Judges a step by its exit code and by what was seen while it ran. It claims nothing that was not seen. Pure. */
export function killVerdict(facts: KilledStepFacts): KillVerdict {
  const cause = causeOf(facts);
  return { cause, text: WORDS[cause] };
}

function causeOf(facts: KilledStepFacts): KillCause {
  const { exitCode, canSeeOomKills, oomKills, oomKillsOfStep, lowestAvailableBytes, memoryBytes } = facts;
  if (exitCode !== KILLED_EXIT_CODE) return "not_killed";
  if (oomKillsOfStep > 0) return "oom_kill";
  if (oomKills > 0) return "oom_kill_meanwhile";
  // The limit of a cgroup kills while the machine has memory to spare.
  if (!canSeeOomKills || lowestAvailableBytes === undefined || memoryBytes === undefined) return "unknown";
  return lowestAvailableBytes > memoryBytes * TO_SPARE_SHARE ? "memory_to_spare" : "memory_low";
}

/** What is told of a step that ended so. `kills`: those that were seen while it ran; undefined when none would have been. */
export function stepKilled(step: KilledStep, kills: readonly SeenKill[] | undefined): Event {
  const oomKills = kills?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const { memoryBytes, leastFreeBytes: lowestAvailableBytes } = step;
  const { cause, text } = killVerdict({
    exitCode: KILLED_EXIT_CODE,
    canSeeOomKills: kills !== undefined,
    oomKills,
    // Which of the job's processes are the step's is not known once they are gone.
    oomKillsOfStep: 0,
    lowestAvailableBytes,
    memoryBytes,
  });
  return {
    kind: EVENTS.stepKilled,
    text,
    attributes: {
      cause,
      "cicd.pipeline.task.name": step.name,
      "cicd.pipeline.task.run.id": step.id,
      oom_kills_meanwhile: kills === undefined ? undefined : oomKills,
      least_free_bytes: lowestAvailableBytes,
      memory_bytes: memoryBytes,
    },
  };
}
