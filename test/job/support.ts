import { JobTracker, type JobTrackerOptions } from "../../src/job/job-tracker.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import type { ReadLog } from "../../src/job-pipeline.ts";
import type { OfferResult, PositionedSink } from "../../src/pipeline.ts";
import { arrayAt, valueAt } from "../support/json.ts";
import { JobText, type RunnerJob, runnerJob } from "../support/runner-job.ts";

export const RESOURCE = {
  "host.name": "runner-1",
  "service.name": "warpbuild-agent",
  "telemetry.version": "1.2.3",
  "telemetry.vm_os": "linux",
};

export interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly traceId: string;
  readonly parentSpanId: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
}

/** A ring in memory. `answer` other than `accepted` refuses; the line is not kept then. */
export class SpanSink implements PositionedSink {
  readonly lineMaxBytes = 1024 * 1024;
  headPosition = 0;
  answer: OfferResult = "accepted";
  readonly lines: string[] = [];

  offer(line: Uint8Array): OfferResult {
    if (this.answer !== "accepted") return this.answer;
    this.lines.push(Buffer.from(line).toString());
    this.headPosition += line.length + 1;
    return "accepted";
  }

  get spans(): Span[] {
    return this.lines
      .map((line): unknown => JSON.parse(line))
      .flatMap((line) => arrayAt(line, "resourceSpans"))
      .flatMap((group) => arrayAt(group, "scopeSpans", 0, "spans").map((span) => spanOf(span, group)));
  }

  get names(): string[] {
    return this.spans.map(({ name }) => name);
  }

  resultOf(name: string): string | undefined {
    return this.spans.find((span) => span.name === name)?.attributes["cicd.pipeline.task.run.result"];
  }
}

function spanOf(span: unknown, group: unknown): Span {
  const text = (name: string): string => String(valueAt(span, name));
  return {
    name: text("name"),
    spanId: text("spanId"),
    traceId: text("traceId"),
    parentSpanId: valueAt(span, "parentSpanId") === undefined ? undefined : text("parentSpanId"),
    startMs: Number(text("startTimeUnixNano")) / 1e6,
    endMs: Number(text("endTimeUnixNano")) / 1e6,
    attributes: attributesOf(span),
    resource: attributesOf(valueAt(group, "resource")),
  };
}

function attributesOf(value: unknown): Record<string, string> {
  const pairs = arrayAt(value, "attributes");
  return Object.fromEntries(
    pairs.map((pair) => [String(valueAt(pair, "key")), String(valueAt(pair, "value", "stringValue"))]),
  );
}

/** A tracker whose notes are in `home`, with a clock that stands still unless `nowMs` says otherwise. */
export function trackerOf(home: string, sink: PositionedSink, options: Partial<JobTrackerOptions> = {}): JobTracker {
  return new JobTracker({ home: HeldFolder.open(home), resource: RESOURCE, sink, nowMs: () => 0, ...options });
}

/** When the jobs of these tests begin. */
export const START_MS = Date.parse("2026-11-26T10:00:00Z");

/** A Worker log as text, entry by entry; a second passes with each `at`. */
export class LogText {
  readonly job: RunnerJob;
  readonly #text: JobText;
  text = "";
  #second = 0;

  constructor(job: RunnerJob = runnerJob()) {
    this.job = job;
    this.#text = new JobText(job);
  }

  /** From now on entries have this second. */
  at(second: number): this {
    this.#second = second;
    return this;
  }

  entry(source: string, text: string): this {
    const time = new Date(START_MS + this.#second * 1000).toISOString();
    this.text += `[${time.slice(0, 10)} ${time.slice(11, 19)}Z INFO ${source}] ${text}\n`;
    return this;
  }

  begin(): this {
    return this.entry("Worker", `Job message:\n ${this.#text.message()}`);
  }

  start(name: string): this {
    return this.entry("StepsRunner", `Processing step: DisplayName='${name}'`);
  }

  background(name: string): this {
    const context = this.#text.contextOf(name);
    return this.start(name)
      .entry("BackgroundStepCoordinator", `Background step '${context}' waiting for slot.`)
      .entry("StepsRunner", "No need for updating job result with current step result ''.");
  }

  tell(name: string, more: object = {}): this {
    const [stepId, stepContextName] = [this.idOf(name), this.#text.contextOf(name)];
    const time = new Date(START_MS + this.#second * 1000).toISOString();
    const telemetry = { action: "bash", type: "run", stepId, stepContextName, result: "succeeded", finishTime: time };
    const json = JSON.stringify({ ...telemetry, ...more }, undefined, 2);
    return this.entry("ExecutionContext", `Publish step telemetry for current step ${json}.`);
  }

  end(result = "Succeeded"): this {
    return this.entry("JobRunner", `Job result after all job steps finish: ${result}`)
      .entry("JobRunner", "Raising job completed against run service")
      .entry("Worker", "Job completed.");
  }

  idOf(name: string): string {
    return this.#text.idOf(name);
  }
}

export function logNamed(name: string, folder = "/runner/_diag"): ReadLog {
  return { key: `key of ${name}`, name, folder, changedAtMs: Date.now() };
}

/** A tracker reads all of a log, in pieces of `pieceBytes`. */
export function readAll(tracker: JobTracker, log: ReadLog, text: string, pieceBytes = 1000): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) tracker.saw(log, at, bytes.subarray(at, at + pieceBytes));
  tracker.endRound();
}
