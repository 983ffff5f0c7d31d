import type { Attributes, RunningJob } from "../job-pipeline.ts";
import { OWN_SCOPES, type ResourceAttributes } from "../pipeline.ts";
import type { Event, EventValue } from "./event.ts";

/** Of a text of others, such as the path of a cgroup: no name that people give is longer. */
const TEXT_MAX_CHARS = 1024;
const SEVERITY_TEXTS: Readonly<Record<number, string>> = { 9: "INFO", 13: "WARN", 17: "ERROR" };

/** What stands around the record of an event. */
export interface EventFrame {
  readonly resource: ResourceAttributes;
  /** The job that runs, if one is known. */
  readonly job: RunningJob | undefined;
  /** Unix time in whole ms. */
  readonly timeMs: number;
  /** Events of this kind that had no record of their own since the last one. */
  readonly leftOut: number;
}

/** An OTLP/JSON request with one log record, without a line end. */
export function eventLine(
  { kind, text, attributes }: Event,
  { resource, job, timeMs, leftOut }: EventFrame,
): Uint8Array {
  const own = Object.entries(attributes).map(
    ([name, value]) => [name.includes(".") ? name : `${kind.name}.${name}`, value] as const,
  );
  const time = `${timeMs}000000`;
  const record = {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: kind.severity,
    severityText: SEVERITY_TEXTS[kind.severity],
    body: { stringValue: text },
    attributes: [...own, ["warp_telemetry.events_left_out", leftOut === 0 ? undefined : leftOut] as const].flatMap(
      keyValue,
    ),
    ...spanOf(job),
    eventName: kind.name,
  };
  const of: Attributes = { ...resource, ...job?.attributes };
  return new TextEncoder().encode(
    JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: Object.entries(of).flatMap(keyValue) },
          scopeLogs: [
            { scope: { name: OWN_SCOPES.events, version: resource["telemetry.version"] }, logRecords: [record] },
          ],
        },
      ],
    }),
  );
}

/** The job's own span; that of its step where there is no doubt which one. */
function spanOf(job: RunningJob | undefined): { traceId?: string; spanId?: string } {
  if (job === undefined) return {};
  const [step, ...others] = job.steps;
  return { traceId: job.traceId, spanId: step === undefined || others.length > 0 ? job.spanId : step.spanId };
}

function keyValue([key, value]: readonly [string, EventValue]): readonly object[] {
  if (value === undefined) return [];
  if (typeof value === "string")
    return [{ key, value: { stringValue: value.slice(0, TEXT_MAX_CHARS).toWellFormed() } }];
  return [{ key, value: typeof value === "boolean" ? { boolValue: value } : { intValue: String(value) } }];
}
