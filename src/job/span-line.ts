import type { Attributes, Result } from "../job-pipeline.ts";
import { OWN_SCOPES, type ResourceAttributes } from "../pipeline.ts";
import type { Job } from "./job.ts";
import { spanIdOf } from "./ids.ts";
import { withoutEmpty } from "./job-identity.ts";
import { isFailed, type Step } from "./step.ts";

/** A task within its run, as the conventions have it: the run itself is no machine's to tell. */
const INTERNAL = 1;
const ERROR = 2;

const encoder = new TextEncoder();

/** A span that has ended, as OTLP/JSON. */
export interface EndedSpan {
  readonly spanId: string;
  readonly json: string;
}

/** The id of a step's span: by its record, which its pages bear, or else by its name and start. */
export function stepSpanId({ identity: { traceId, jobId } }: Job, step: Step): string {
  return spanIdOf(traceId, jobId, step.id || `${step.source} ${step.startedAtMs} ${step.name}`);
}

/** The span of a step that has ended. */
export function stepSpan(job: Job, step: Step): EndedSpan {
  const { traceId, spanId: parentSpanId, url } = job.identity;
  const attributes = {
    ...step.attributes,
    "cicd.pipeline.task.name": step.name,
    "cicd.pipeline.task.run.id": step.id || stepSpanId(job, step),
    "cicd.pipeline.task.run.url.full": url,
    ...outcome(step),
  };
  return spanOf({ traceId, spanId: stepSpanId(job, step), parentSpanId }, step, attributes);
}

/** The span of a job that has ended. It has no parent: the run's own span would be that of all its machines. */
export function jobSpan(job: Job): EndedSpan {
  const { traceId, spanId, name, jobId, url } = job.identity;
  const attributes = {
    "cicd.pipeline.task.name": name,
    "cicd.pipeline.task.run.id": jobId,
    "cicd.pipeline.task.run.url.full": url,
    ...outcome(job),
  };
  const { startedAtMs, endedAtMs, result } = job;
  return spanOf({ traceId, spanId }, { name, startedAtMs, endedAtMs, result, errorMessage: "" }, attributes);
}

/** A request to export `spans` of one job: one line of the ring. */
export function spanLine(resource: ResourceAttributes, identity: Attributes, spans: readonly EndedSpan[]): Uint8Array {
  const scope = JSON.stringify({ name: OWN_SCOPES.job, version: resource["telemetry.version"] });
  const attributes = JSON.stringify(keyValues({ ...resource, ...identity }));
  const all = spans.map(({ json }) => json).join(",");
  return encoder.encode(
    `{"resourceSpans":[{"resource":{"attributes":${attributes}},"scopeSpans":[{"scope":${scope},"spans":[${all}]}]}]}`,
  );
}

interface Timed {
  readonly name: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly result: Result | undefined;
  readonly errorMessage: string;
}

function spanOf(
  ids: { readonly traceId: string; readonly spanId: string; readonly parentSpanId?: string },
  { name, startedAtMs, endedAtMs = startedAtMs, errorMessage, ...rest }: Timed,
  attributes: Attributes,
): EndedSpan {
  const message = errorMessage === "" ? {} : { message: errorMessage };
  const span = {
    ...ids,
    name,
    kind: INTERNAL,
    startTimeUnixNano: nanosOf(startedAtMs),
    endTimeUnixNano: nanosOf(endedAtMs),
    attributes: keyValues(withoutEmpty(attributes)),
    ...(isFailed(rest) ? { status: { ...message, code: ERROR } } : {}),
  };
  return { spanId: ids.spanId, json: JSON.stringify(span) };
}

function outcome({ result, errorType, source }: Pick<Step, "result" | "errorType" | "source">): Attributes {
  return {
    "cicd.pipeline.task.run.result": result ?? "",
    "error.type": errorType,
    "warp_telemetry.source": source,
  };
}

function keyValues(attributes: Attributes): readonly unknown[] {
  return Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

function nanosOf(timeMs: number): string {
  return `${Math.round(timeMs)}000000`;
}
