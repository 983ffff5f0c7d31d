import type { Attributes, Result } from "../job-pipeline.ts";
import { Peaks } from "./peaks.ts";

/** Who says that a step or a job is: the runner's own log, or the job itself. */
export type Source = "runner" | "hook" | "mark";

/** A step of a job, as far as it is known. */
export interface Step {
  readonly name: string;
  readonly source: Source;
  /** The runner's record, or one made of the name for a step that a mark began; empty while it is not known. */
  id: string;
  /** The runner has told {@link id}; before, it is what the job message lets expect. */
  isIdTold: boolean;
  /** The runner runs it beside the others. */
  isBackground: boolean;
  contextName: string;
  /** Wall ms. */
  startedAtMs: number;
  endedAtMs: number | undefined;
  /** Undefined also where nobody has said it. */
  result: Result | undefined;
  errorType: string;
  errorMessage: string;
  attributes: Attributes;
  readonly peaks: Peaks;
}

/** A step that begins. */
export function newStep(begin: Pick<Step, "name" | "source" | "startedAtMs"> & Partial<Step>): Step {
  return {
    id: "",
    isIdTold: false,
    isBackground: false,
    contextName: "",
    endedAtMs: undefined,
    result: undefined,
    errorType: "",
    errorMessage: "",
    attributes: {},
    peaks: new Peaks(),
    ...begin,
  };
}

/** What is so of every step that has a result. */
export function isFailed({ result }: { readonly result: Result | undefined }): boolean {
  return result === "failure" || result === "error";
}
