import type { Result } from "../job-pipeline.ts";
import type { JobEvent } from "./job-event.ts";
import type { JobIdentity } from "./job-identity.ts";
import { ExpectedSteps } from "./expected-steps.ts";
import type { MessageStep } from "./job-message.ts";
import { errorTypeOf, resultOf } from "./result.ts";
import { shortText } from "./short-text.ts";
import { isFailed, newStep, type Source, type Step } from "./step.ts";
import { Peaks, type Use } from "./peaks.ts";
import type { StepTelemetry } from "./step-telemetry.ts";

/** Steps of a job. GitHub allows a thousand; an action may have one before and one after each. */
const STEPS_MAX = 3000;
const ERROR_MAX_CHARS = 1024;
/** `error.type` of what never came to its own end. */
const UNFINISHED = "unfinished";
/** The runner's own steps, which its log does not announce. */
const OWN_STEPS: Readonly<Record<string, string>> = { setup_job: "Set up job", complete_job: "Complete job" };

/** What a job is made from. */
export interface JobBeginning {
  readonly identity: JobIdentity;
  readonly source: Source;
  /** Wall ms. */
  readonly startedAtMs: number;
  /** Of its message. */
  readonly steps?: readonly MessageStep[];
}

/** One job: what has been told of it so far. `ended` is called once with each step that has an end. */
export class Job {
  readonly identity: JobIdentity;
  readonly source: Source;
  readonly startedAtMs: number;
  readonly steps: Step[] = [];
  readonly peaks = new Peaks();
  endedAtMs: number | undefined;
  result: Result | undefined;
  errorType = "";
  #open: readonly Step[] = [];
  readonly #expected: ExpectedSteps;
  readonly #ended: (step: Step) => void;

  constructor({ identity, source, startedAtMs, steps = [] }: JobBeginning, ended: (step: Step) => void) {
    this.identity = identity;
    this.source = source;
    this.startedAtMs = startedAtMs;
    this.#expected = new ExpectedSteps(steps);
    this.#ended = ended;
  }

  /** In the order of their starts. */
  get openSteps(): readonly Step[] {
    return this.#open;
  }

  /** Something was measured while it and its open steps ran. */
  noteUse(use: Use): void {
    this.peaks.note(use);
    for (const { peaks } of this.#open) peaks.note(use);
  }

  /** What the runner's log says. Nothing counts after the end. */
  apply(event: JobEvent): void {
    if (this.endedAtMs !== undefined) return;
    switch (event.kind) {
      case "step-started":
        return this.#startStep(event.name, event.atMs);
      case "step-to-background":
        return this.#toBackground(event.contextName);
      case "step-told":
        return this.#told(event.telemetry, event.atMs);
      case "background-ended":
        return this.#endBackground(event.contextName, event.atMs, event.result);
      case "step-ended":
        return this.#endCurrent(event.atMs, event.result);
      case "job-result":
        this.result = event.result;
        return;
      case "job-ended":
        return this.finish(event.atMs);
      case "job-found":
        return;
    }
  }

  /** Adds a step, whoever says so. False when there are too many. */
  add(step: Step): boolean {
    if (this.steps.length >= STEPS_MAX) return false;
    this.steps.push(step);
    this.#open = [...this.#open, step];
    return true;
  }

  /** The end of an open step: no earlier than its start. */
  end(step: Step, atMs: number, result: Result | undefined): void {
    this.#open = this.#open.filter((open) => open !== step);
    step.endedAtMs = Math.max(step.startedAtMs, atMs);
    step.result = result;
    if (isFailed(step) && step.errorType === "") step.errorType = errorTypeOf(step.errorMessage);
    if (step.source === "runner" && isFailed(step)) this.errorType ||= step.errorType;
    this.#ended(step);
  }

  /** The job is over: what is still open never came to an end. `otherwise` is its result if nobody has told one. */
  finish(atMs: number, otherwise: Result | "unsaid" = "error"): void {
    if (this.endedAtMs !== undefined) return;
    for (const step of this.openSteps) {
      step.errorType = UNFINISHED;
      this.end(step, atMs, "error");
    }
    this.endedAtMs = Math.max(this.startedAtMs, atMs);
    if (otherwise !== "unsaid") this.result ??= otherwise;
    if (isFailed(this)) this.errorType ||= this.result === "error" ? UNFINISHED : "_OTHER";
  }

  #startStep(name: string, atMs: number): void {
    // Its end was not in the log, and neither was its result.
    this.#endCurrent(atMs, undefined);
    const id = this.#expected.take(name);
    this.add(newStep({ name: shortText(name) || "step", source: "runner", startedAtMs: atMs, id }));
  }

  #toBackground(contextName: string): void {
    const step = this.#current;
    if (step === undefined) return;
    step.isBackground = true;
    step.contextName = contextName;
  }

  /** Most have ended by what the runner has told of them. */
  #endBackground(contextName: string, atMs: number, result: Result | undefined): void {
    const step = this.#open.find((open) => open.isBackground && open.contextName === contextName);
    if (step !== undefined) this.end(step, atMs, result);
  }

  #told(telemetry: StepTelemetry, atMs: number): void {
    const step = this.#stepOf(telemetry) ?? this.#ownStep(telemetry, atMs);
    this.#expected.told(telemetry.stepId);
    if (step === undefined) return;
    step.id = telemetry.stepId;
    step.isIdTold = true;
    step.startedAtMs = telemetry.startedAtMs ?? step.startedAtMs;
    step.errorMessage = shortText(telemetry.errorMessage, ERROR_MAX_CHARS);
    step.attributes = { "warp_telemetry.step.action": telemetry.action, "warp_telemetry.step.stage": telemetry.stage };
    this.end(step, telemetry.endedAtMs ?? atMs, resultOf(telemetry.result));
  }

  /** By what is sure first. A record that was only expected may be another step's. */
  #stepOf({ stepId, contextName, action }: StepTelemetry): Step | undefined {
    if (action in OWN_STEPS) return undefined;
    const open = this.openSteps.filter(({ source }) => source === "runner");
    const byContext = open.find((step) => step.isBackground && step.contextName === contextName);
    return byContext ?? open.find(({ id }) => id === stepId) ?? this.#current;
  }

  #ownStep({ action }: StepTelemetry, atMs: number): Step | undefined {
    const name = OWN_STEPS[action];
    if (name === undefined) return undefined;
    const step = newStep({ name, source: "runner", startedAtMs: atMs });
    return this.add(step) ? step : undefined;
  }

  #endCurrent(atMs: number, result: Result | undefined): void {
    const step = this.#current;
    if (step !== undefined) this.end(step, atMs, result);
  }

  /** The step that the runner waits for. */
  get #current(): Step | undefined {
    const last = this.steps.findLast(({ source, isBackground }) => source === "runner" && !isBackground);
    return last?.endedAtMs === undefined ? last : undefined;
  }
}
