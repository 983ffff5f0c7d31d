import { Type } from "@sinclair/typebox";
import { boolean, size } from "../option-kinds.ts";
import { GiB, MiB } from "../option-values.ts";

/** Options of what the agent learns of the job: its spans, and what it prints. */
export const job = Type.Object({
  isEnabled: boolean({
    key: "telemetry.job.enabled",
    group: "Job and machine",
    description: "spans of jobs and steps",
    detail: "Whether jobs and their steps become spans, and what is made during a job says whose it is.",
    default: true,
  }),
  hasOutput: boolean({
    key: "telemetry.job.output",
    group: "Job and machine",
    description: "what jobs print",
    detail: "Whether what the steps of a job print goes into the stream `gha-logs`.",
    default: true,
  }),
  stepMaxBytes: size({
    key: "telemetry.job.step_output_max_bytes",
    group: "Job and machine",
    description: "output of one step that is kept",
    detail: "How much of the output of one step is kept. What is left out is counted, and one record says so.",
    default: 64 * MiB,
    minimum: 64 * 1024,
    maximum: 16 * GiB,
  }),
});
