import type { JobMessage } from "./job-message.ts";
import type { Result } from "../job-pipeline.ts";
import type { StepTelemetry } from "./step-telemetry.ts";

/** What a Worker log says, in its order. Times are wall ms, of whole seconds: the runner's log has no finer ones. */
export type JobEvent =
  | { readonly kind: "job-found"; readonly atMs: number; readonly message: JobMessage }
  | { readonly kind: "step-started"; readonly atMs: number; readonly name: string }
  /** The step that has just started runs beside the others. */
  | { readonly kind: "step-to-background"; readonly atMs: number; readonly contextName: string }
  /** The step of that name in the workflow, which ran beside the others, has ended. */
  | {
      readonly kind: "background-ended";
      readonly atMs: number;
      readonly contextName: string;
      readonly result: Result | undefined;
    }
  /** What the runner itself tells of a step that has ended, with its record and exact times. */
  | { readonly kind: "step-told"; readonly atMs: number; readonly telemetry: StepTelemetry }
  /** The step that started last is done with, unless it runs in the background. */
  | { readonly kind: "step-ended"; readonly atMs: number; readonly result: Result | undefined }
  | { readonly kind: "job-result"; readonly atMs: number; readonly result: Result }
  | { readonly kind: "job-ended"; readonly atMs: number };
