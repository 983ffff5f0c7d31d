/** Objects as agents store them, made by what makes them in the agent. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { eventLine } from "../../src/events/event-line.ts";
import { EVENTS } from "../../src/events/event.ts";
import { MetricsBatch } from "../../src/host/metrics-batch.ts";
import { METRICS, RECEIVED, SCOPES, SENT, STALLS, USED } from "../../src/host/metrics.ts";
import { processLine } from "../../src/host/process-records.ts";
import { spanIdOf, traceIdOf } from "../../src/job/ids.ts";
import type { JobIdentity } from "../../src/job/job-identity.ts";
import { Job } from "../../src/job/job.ts";
import { jobSpan, spanLine, stepSpan, stepSpanId } from "../../src/job/span-line.ts";
import { newStep, type Step } from "../../src/job/step.ts";
import type { Result } from "../../src/job-pipeline.ts";
import { type ResourceAttributes, type Stream, STREAMS } from "../../src/pipeline.ts";
import { fileAttributes, originIds, RecordLine, recordOf } from "../../src/runner/record-line.ts";

export const MINUTE_MS = 60_000;
export const PLAYED_AT_MS = Date.parse("2026-11-27T12:00:00Z");

export interface PlayedStep {
  readonly id: string;
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly result?: Result;
  /** What it prints. */
  readonly lines?: readonly string[];
}

export interface PlayedJob {
  readonly host: string;
  readonly id: string;
  readonly name: string;
  readonly runId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly result?: Result;
  readonly steps: readonly PlayedStep[];
}

/** A job of two minutes with two steps, of which the second fails. */
export function playedJob(job: Partial<PlayedJob> = {}): PlayedJob {
  const fromMs = job.fromMs ?? PLAYED_AT_MS;
  return {
    host: "runner-1",
    id: "job-1",
    name: "build",
    runId: "7210000001",
    fromMs,
    toMs: fromMs + 2 * MINUTE_MS,
    result: "failure",
    steps: [
      { id: "s-1", name: "Compile", fromMs, toMs: fromMs + MINUTE_MS, result: "success", lines: ["compiling"] },
      {
        id: "s-2",
        name: "Test",
        fromMs: fromMs + MINUTE_MS,
        toMs: fromMs + 2 * MINUTE_MS,
        result: "failure",
        lines: ["testing", "##[error]3 is not 4"],
      },
    ],
    ...job,
  };
}

/** A folder of objects. */
export class Played {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes an object of these lines, sealed at `atMs`. Its key is the answer. */
  write(stream: Stream, atMs: number, lines: readonly (Uint8Array | string)[], below = ""): string {
    const time = new Date(atMs)
      .toISOString()
      .replaceAll(/[-:]|\..*/g, "")
      .replace("T", "-");
    const key = join(below, `${time}.${stream}.log`);
    mkdirSync(dirname(join(this.folder, key)), { recursive: true });
    writeFileSync(join(this.folder, key), lines.map((line) => `${Buffer.from(line).toString()}\n`).join(""));
    return key;
  }

  /** All that an agent stores of a job, sealed at its end. */
  job(job: PlayedJob, below = ""): void {
    this.jobs([job], below);
  }

  /** The same of jobs that a machine runs in turn: an object of each stream, sealed at the end of the last one. */
  jobs(jobs: readonly PlayedJob[], below = ""): void {
    const sealedAtMs = Math.max(...jobs.map(({ toMs }) => toMs));
    const lines = jobs.map(linesOf);
    for (const stream of STREAMS) {
      this.write(
        stream,
        sealedAtMs,
        lines.flatMap((of) => of[stream]),
        below,
      );
    }
  }
}

function linesOf(job: PlayedJob): Readonly<Record<Stream, readonly (Uint8Array | string)[]>> {
  const { resource, identity, steps, ended } = told(job);
  const { attributes } = identity;
  const of = { job: identity, steps };
  const spans = steps.map((step) => stepSpan(ended, step));
  return {
    traces: [spanLine(resource, attributes, spans), spanLine(resource, attributes, [jobSpan(ended)])],
    "gha-logs": [outputLine(resource, job, of, ended)],
    metrics: [metricsLine(resource, job.fromMs - 5000, job.toMs + 5000)],
    logs: [processesLine(resource, job, of), killLine(resource, job, of)],
  };
}

interface Told {
  readonly resource: ResourceAttributes;
  readonly identity: JobIdentity;
  readonly steps: readonly Step[];
  readonly ended: Job;
}

function told(job: PlayedJob): Told {
  const resource = resourceOf(job.host);
  const run = { serverUrl: "https://github.com", repository: "acme/widgets", runId: job.runId, attempt: "1" };
  const traceId = traceIdOf(run);
  const identity: JobIdentity = {
    traceId,
    spanId: spanIdOf(traceId, job.id),
    jobId: job.id,
    name: job.name,
    timelineId: "",
    url: "",
    attributes: {
      "cicd.pipeline.name": "CI",
      "cicd.pipeline.run.id": job.runId,
      "cicd.pipeline.task.name": job.name,
      "cicd.pipeline.task.run.id": job.id,
      "vcs.owner.name": "acme",
      "vcs.repository.name": "widgets",
    },
  };
  const ended = new Job({ identity, source: "runner", startedAtMs: job.fromMs }, () => {});
  ended.endedAtMs = job.toMs;
  ended.result = job.result;
  const steps = job.steps.map(({ id, name, fromMs, toMs, result }) =>
    newStep({ id, name, source: "runner", startedAtMs: fromMs, endedAtMs: toMs, result }),
  );
  return { resource, identity, steps, ended };
}

export function resourceOf(host: string): ResourceAttributes {
  return {
    "host.name": host,
    "service.name": "ci-runner",
    "telemetry.version": "1.2.3",
    "telemetry.vm_os": "linux",
  };
}

function outputLine(
  resource: ResourceAttributes,
  job: PlayedJob,
  { job: { attributes, traceId }, steps }: Pick<Told, "steps"> & { readonly job: JobIdentity },
  ended: Job,
): Uint8Array {
  const line = new RecordLine(resource, 16 * 1024 * 1024);
  for (const [at, played] of job.steps.entries()) {
    const step = steps[at];
    const spanId = step === undefined ? undefined : stepSpanId(ended, step);
    for (const [n, text] of (played.lines ?? []).entries()) {
      const time = new Date(played.fromMs + n).toISOString().replace("Z", "0000Z");
      const bytes = Buffer.from(`${time} ${text}\n`);
      const record = recordOf(
        bytes,
        { start: 0, end: bytes.length },
        {
          attributes: fileAttributes("page", played.id),
          nowMs: played.toMs,
          ids: originIds({ attributes, traceId, spanId, stepId: played.id }),
          isOutput: true,
        },
      );
      line.add(record ?? "", attributes);
    }
  }
  return line.take();
}

/** A reading each second: busy in the first minute, all of the memory in the second. */
export function metricsLine(resource: ResourceAttributes, fromMs: number, toMs: number): Uint8Array {
  const batch = new MetricsBatch(resource);
  const [cpu, memory] = [batch.series(METRICS.cpu), batch.series(METRICS.memory, USED)];
  const [received, sent] = [batch.series(METRICS.network, RECEIVED), batch.series(METRICS.network, SENT)];
  const waits = batch.series(METRICS.cpuPressure, { ...SCOPES.host, ...STALLS.some });
  const worse = batch.series(METRICS.cpuPressure, { ...SCOPES.host, ...STALLS.full });
  batch.series(METRICS.cpuLimit, SCOPES.host).add(fromMs, 4);
  batch.series(METRICS.memoryLimit, SCOPES.host).add(fromMs, 8e9);
  batch.series(METRICS.cpuLimit, SCOPES.cgroup).add(fromMs, 2);
  for (let atMs = fromMs; atMs < toMs; atMs += 1000) {
    const isFirst = atMs < fromMs + (toMs - fromMs) / 2;
    cpu.add(atMs, isFirst ? 90 : 10);
    memory.add(atMs, isFirst ? 20 : 100);
    received.add(atMs, 1000);
    sent.add(atMs, 50);
    waits.add(atMs, 25);
    worse.add(atMs, 5);
  }
  return batch.take().slice();
}

function processesLine(
  resource: ResourceAttributes,
  { fromMs }: PlayedJob,
  { job: { attributes, traceId, spanId } }: { readonly job: JobIdentity },
): Uint8Array {
  const running = { traceId, spanId, attributes, startedAtMs: fromMs, steps: [] };
  const step = { id: "s-1", name: "Compile", spanId, startedAtMs: fromMs };
  const figures = { residentBytes: 1e9, privateBytes: 1e9, disk: undefined, commandLine: undefined, isOfJob: true };
  return processLine(resource, running, fromMs + 5000, [{ pid: 77, name: "cc1plus", cores: 3.5, step, ...figures }], {
    count: 100,
    cores: 0.1,
    residentBytes: 5e8,
    endedCores: 0,
  });
}

function killLine(
  resource: ResourceAttributes,
  { toMs }: PlayedJob,
  { job: { attributes, traceId, spanId } }: { readonly job: JobIdentity },
): Uint8Array {
  return eventLine(
    { kind: EVENTS.oomKill, text: "The kernel has killed cc1plus", attributes: { scope: "cgroup", limit_bytes: 8e9 } },
    {
      resource,
      job: { traceId, spanId, attributes, startedAtMs: toMs - 1, steps: [] },
      timeMs: toMs - 1000,
      leftOut: 0,
    },
  );
}
