import { Type } from "@sinclair/typebox";
import { boolean } from "../option-kinds.ts";

/** Options of what the agent measures itself, on Linux. */
export const host = Type.Object({
  pressure: boolean({
    key: "telemetry.machine.pressure",
    group: "Job and machine",
    description: "pressure, and the limits of the runner's cgroup",
    detail:
      "Whether pressure (PSI), run queue and OOM kills are measured, and the limits and use of the cgroup in which the runner works.",
    default: true,
  }),
  processes: boolean({
    key: "telemetry.machine.processes",
    group: "Job and machine",
    description: "the processes that use most",
    detail: "Whether the processes that use most CPU and memory are told every 5 s.",
    default: true,
  }),
  commandLines: boolean({
    key: "telemetry.machine.command_lines",
    group: "Job and machine",
    description: "arguments of these processes",
    detail: "Whether these processes are told with their arguments, which may hold secrets.",
    default: false,
  }),
  jobOnMetrics: boolean({
    key: "telemetry.machine.job_on_metrics",
    group: "Job and machine",
    description: "whose job it is, on the agent's own metrics",
    detail:
      "Whether the metrics that the agent makes itself carry the attributes of the running job. Each job is new series then.",
    default: false,
  }),
});
