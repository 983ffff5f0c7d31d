import { statSync } from "node:fs";
import type { Control, JobMark, MarkAnswer, RunningJob } from "../job-pipeline.ts";
import type { Stages } from "./manager-state.ts";

/** What the control needs of the agent. */
export interface Controlled {
  /** Undefined before the start, and when it came to nothing. */
  readonly stages: () => Stages | undefined;
  readonly flush: Control["flush"];
}

/** What other programs of this machine can ask the agent for, and which users may see the jobs besides root and us. */
export function jobControl({ stages, flush }: Controlled): {
  readonly control: Control;
  readonly readerUids: () => readonly number[];
} {
  return {
    control: {
      flush,
      mark(mark) {
        const jobs = stages()?.jobs;
        const running = jobs?.current;
        jobs?.mark(mark);
        return answerTo(mark, jobs?.current ?? running);
      },
      jobs: () => stages()?.jobs?.report() ?? { jobs: [] },
    },
    readerUids: () => runnerUids(stages()),
  };
}

/** The span that the mark has opened: of its step while that runs, else of the job. */
function answerTo({ kind, name }: JobMark, job: RunningJob | undefined): MarkAnswer {
  if (job === undefined) return {};
  const step = kind.startsWith("step") ? job.steps.findLast((candidate) => candidate.name === name) : undefined;
  return { traceparent: `00-${job.traceId}-${step?.spanId ?? job.spanId}-01` };
}

/** The users whose runners are on this machine: what jobs print is theirs to read anyway. */
export function runnerUids(stages: Stages | undefined): readonly number[] {
  const folders = stages?.runnerLogs?.folders ?? [];
  return folders.flatMap((folder) => {
    try {
      return [statSync(folder).uid];
    } catch {
      return [];
    }
  });
}
