import type { RunningJob, RunningStep } from "../job-pipeline.ts";
import { OWN_SCOPES, type ResourceAttributes } from "../pipeline.ts";
import type { DiskBytes } from "./process-details.ts";

/** INFO, as OTLP numbers it. */
const SEVERITY = { severityNumber: 9, severityText: "INFO" };

/** Names of records: of one process, and of all that have no record of their own. */
export const PROCESS_EVENT = "process.top";
export const REST_EVENT = "process.rest";

/** What is told of one process. Undefined: not known. */
export interface ProcessFigures {
  readonly pid: number;
  readonly name: string;
  /** Cores in use, mean over the time since the last sample. */
  readonly cores: number;
  readonly residentBytes: number;
  readonly privateBytes: number | undefined;
  readonly disk: DiskBytes | undefined;
  readonly commandLine: string | undefined;
  readonly isOfJob: boolean;
  readonly step: RunningStep | undefined;
}

export interface RestFigures {
  readonly count: number;
  readonly cores: number;
  readonly residentBytes: number;
  /** Cores that processes have used which have ended since the last sample. */
  readonly endedCores: number;
}

/**
 * The line of a sample: a request to export logs, in OTLP/JSON.
 *
 * Processes are log records and not metrics, because one record has all that is known of a process: an operator asks
 * "which used most at 14:03, in which step" in one query without joining five metrics, and finds the step's span by the
 * record's. As metrics each process id would be a series of its own, a few thousand a job, which every metrics store
 * makes its users pay for. Text of others (names, arguments, steps) is a value in JSON and nothing else.
 */
export function processLine(
  resource: ResourceAttributes,
  job: RunningJob | undefined,
  timeMs: number,
  processes: readonly ProcessFigures[],
  rest: RestFigures,
): Uint8Array {
  const at = { timeUnixNano: `${timeMs}000000`, observedTimeUnixNano: `${timeMs}000000`, ...SEVERITY };
  const records = processes.map((entry) => ({
    ...at,
    eventName: PROCESS_EVENT,
    body: { stringValue: entry.name },
    attributes: attributesOf(entry),
    ...(job !== undefined && entry.isOfJob ? { traceId: job.traceId, spanId: entry.step?.spanId ?? job.spanId } : {}),
  }));
  const restRecord = {
    ...at,
    eventName: REST_EVENT,
    body: { stringValue: "All other processes" },
    attributes: [
      whole("process.count", rest.count),
      decimal("process.cpu.usage", rest.cores),
      whole("process.memory.usage", rest.residentBytes),
      decimal("process.ended.cpu.usage", rest.endedCores),
    ],
  };
  const request = {
    resourceLogs: [
      {
        resource: {
          attributes: Object.entries({ ...resource, ...job?.attributes }).map(([key, value]) => text(key, value)),
        },
        scopeLogs: [
          {
            scope: { name: OWN_SCOPES.processes, version: resource["telemetry.version"] },
            logRecords: [...records, restRecord],
          },
        ],
      },
    ],
  };
  return Buffer.from(JSON.stringify(request));
}

function attributesOf(entry: ProcessFigures): readonly object[] {
  const { privateBytes, disk, commandLine, step } = entry;
  return [
    text("process.executable.name", entry.name),
    whole("process.pid", entry.pid),
    decimal("process.cpu.usage", entry.cores),
    whole("process.memory.usage", entry.residentBytes),
    ...(privateBytes === undefined ? [] : [whole("process.memory.private", privateBytes)]),
    ...(disk === undefined ? [] : [whole("process.disk.read", disk.read), whole("process.disk.written", disk.written)]),
    ...(commandLine === undefined ? [] : [text("process.command_line", commandLine)]),
    ...(step === undefined
      ? []
      : [text("cicd.pipeline.task.run.id", step.id), text("cicd.pipeline.task.name", step.name)]),
  ];
}

function text(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}

function whole(key: string, value: number): object {
  return { key, value: { intValue: String(Math.round(value)) } };
}

/** To thousandths. */
function decimal(key: string, value: number): object {
  return { key, value: { doubleValue: Math.round(value * 1000) / 1000 } };
}
