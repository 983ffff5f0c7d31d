import type { JobEvent } from "./job-event.ts";
import { resultOf } from "./result.ts";

/** The first line of an entry of the runner's log. */
export interface EntryHead {
  readonly atMs: number;
  /** The runner's class that wrote it. */
  readonly source: string;
  readonly text: string;
}

const HEAD = /^\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\dZ) [A-Z]{3,8} +([A-Za-z]{1,64})\] (.*)$/s;

/** Undefined for a line that begins no entry. */
export function entryHead(line: string): EntryHead | undefined {
  const match = HEAD.exec(line);
  if (match === null) return undefined;
  const [, day = "", time = "", source = "", text = ""] = match;
  const atMs = Date.parse(`${day}T${time}`);
  return Number.isNaN(atMs) ? undefined : { atMs, source, text };
}

/** What an entry of one line means; most mean nothing here. */
export function eventOf(head: EntryHead): JobEvent | undefined {
  switch (head.source) {
    case "StepsRunner":
      return stepsRunnerEvent(head);
    case "BackgroundStepCoordinator":
      return backgroundEvent(head);
    case "JobRunner":
      return jobRunnerEvent(head);
    case "Worker":
      return head.text === "Job completed." ? { kind: "job-ended", atMs: head.atMs } : undefined;
    default:
      return undefined;
  }
}

function stepsRunnerEvent({ atMs, text }: EntryHead): JobEvent | undefined {
  const name = /^Processing step: DisplayName='(.*)'?$/s.exec(text)?.[1];
  if (name !== undefined) return { kind: "step-started", atMs, name: name.replace(/'$/, "") };
  if (text === "Skipping step due to condition evaluation.") return { kind: "step-ended", atMs, result: "skip" };
  const last = /^(?:Update|No need for updating) job result with current step result '(\w*)'\.$/.exec(text)?.[1];
  return last === undefined ? undefined : { kind: "step-ended", atMs, result: resultOf(last) };
}

function backgroundEvent({ atMs, text }: EntryHead): JobEvent | undefined {
  const started = /^Background step '(.+)' waiting for slot\.$/.exec(text)?.[1];
  if (started !== undefined) return { kind: "step-to-background", atMs, contextName: started };
  const [, contextName, word = ""] = /^Background step '(.+)' completed with result: (\w*)$/.exec(text) ?? [];
  return contextName === undefined
    ? undefined
    : { kind: "background-ended", atMs, contextName, result: resultOf(word) };
}

/** The second of the last two comes when the job is complete and the runner says so to GitHub, cancelled or not. */
function jobRunnerEvent({ atMs, text }: EntryHead): JobEvent | undefined {
  const result = resultOf(/^Job result after all job steps finish: (\w+)$/.exec(text)?.[1] ?? "");
  if (result !== undefined) return { kind: "job-result", atMs, result };
  if (text === "Job initialize failed.") return { kind: "job-result", atMs, result: "failure" };
  if (text === "Job is cancelled during initialize.") return { kind: "job-result", atMs, result: "cancellation" };
  const isEnd =
    text === "Raising job completed against run service" ||
    text === "Raising job completed event" ||
    text.startsWith("Skip raise job completed event call from worker");
  return isEnd ? { kind: "job-ended", atMs } : undefined;
}
