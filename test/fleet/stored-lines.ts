/** A played run as the lines that the agent stores of it: made by the agent's own writers, so that they cannot differ. */
import { EVENTS, type Event } from "../../src/events/event.ts";
import { eventLine } from "../../src/events/event-line.ts";
import type { KernelMessage } from "../../src/events/kernel-log.ts";
import { stepKilled } from "../../src/events/killed-step.ts";
import { type OomKill, OomReports } from "../../src/events/oom-reports.ts";
import { seenKill } from "../../src/events/oom-watch.ts";
import { MetricsBatch } from "../../src/host/metrics-batch.ts";
import {
  FILE_SYSTEM_STATE,
  METRICS,
  MOUNT_POINT,
  RECEIVED,
  SCOPES,
  SENT,
  STALLS,
  USED,
} from "../../src/host/metrics.ts";
import { identityOf, type JobIdentity } from "../../src/job/job-identity.ts";
import { Job } from "../../src/job/job.ts";
import { jobSpan, spanLine, stepSpan, stepSpanId } from "../../src/job/span-line.ts";
import { newStep, type Step } from "../../src/job/step.ts";
import type { RunningJob } from "../../src/job-pipeline.ts";
import type { ResourceAttributes, Stream } from "../../src/pipeline.ts";
import { fileAttributes, originIds, RecordLine, recordOf } from "../../src/runner/record-line.ts";
import type { PlayedRun, PlayedStep, Sample } from "./played-run.ts";

const LINE_MAX_BYTES = 16 * 2 ** 20;
const GIB = 2 ** 30;
const MOUNT = { [MOUNT_POINT]: "/" };

/** The lines of each stream, without line ends, in new bytes. A stream without lines is left out. */
export type StoredLines = ReadonlyMap<Stream, readonly Uint8Array[]>;

export function storedLines(run: PlayedRun): StoredLines {
  const job = new PlayedJob(run);
  const lines: readonly (readonly [Stream, readonly Uint8Array[]])[] = [
    ["traces", job.spanLines()],
    ["metrics", job.sampleLines()],
    ["logs", job.eventLines()],
    ["gha-logs", job.outputLines()],
  ];
  return new Map(lines.filter(([, own]) => own.length > 0));
}

/** Where people find a run of the played fleet. */
export function urlOf({ kind: { repository }, number }: PlayedRun): string {
  return `https://github.com/${repository}/actions/runs/${7_000_000_000 + number}/job/${20_000_000_000 + number}`;
}

class PlayedJob {
  readonly #run: PlayedRun;
  readonly #resource: ResourceAttributes;
  readonly #identity: JobIdentity;
  readonly #job: Job;
  readonly #steps: readonly (readonly [PlayedStep, Step])[];

  constructor(run: PlayedRun) {
    this.#run = run;
    this.#resource = {
      "host.name": run.host,
      "service.name": "ci-runner",
      "telemetry.version": "0.1.0",
      "telemetry.vm_os": "linux",
      "host.type": run.machine.hostType,
    };
    this.#identity = identity(run);
    this.#job = new Job(
      { identity: this.#identity, source: "runner", startedAtMs: run.startedAtMs },
      /* ended */ () => {},
    );
    this.#job.endedAtMs = run.endedAtMs;
    this.#job.result = run.result;
    if (run.result === "failure") this.#job.errorType = run.kill === undefined ? "exit_code_1" : "exit_code_137";
    this.#steps = run.steps.map((step, index) => [step, this.#told(step, index)]);
  }

  /** Each span is written when it ends. */
  spanLines(): Uint8Array[] {
    const spans = [...this.#steps.map(([, step]) => stepSpan(this.#job, step)), jobSpan(this.#job)];
    return spans.map((span) => spanLine(this.#resource, this.#identity.attributes, [span]));
  }

  /** With `telemetry.machine.job_on_metrics`, a line for each reading, because they are far apart. */
  sampleLines(): Uint8Array[] {
    const batch = new MetricsBatch({ ...this.#resource, ...this.#identity.attributes });
    const host = new HostSeries(batch, this.#run.machine.memoryGib * GIB);
    return this.#run.samples.map((sample) => {
      host.add(sample);
      return batch.take().slice();
    });
  }

  eventLines(): Uint8Array[] {
    const { kill } = this.#run;
    const [played, step] = this.#steps.find(([{ name }]) => name === kill?.stepName) ?? [];
    if (kill === undefined || played === undefined || step === undefined) return [];
    const memoryBytes = kill.limitKib * 1024;
    const killed = oomKill(kill);
    const end = stepKilled(
      { id: step.id, name: step.name, tookMs: played.endedAtMs - played.startedAtMs, memoryBytes, leastFreeBytes: 0 },
      [{ atMs: kill.atMs, count: 1, kill: killed }],
    );
    return [
      this.#eventLine(seenKill(killed), kill.atMs, step),
      this.#eventLine(end, played.endedAtMs, step),
      this.#eventLine({ kind: EVENTS.storeBack, text: "Uploads work again", attributes: {} }, played.endedAtMs, step),
    ];
  }

  /** A line for each step, as long as it is short. */
  outputLines(): Uint8Array[] {
    return this.#steps
      .filter(([{ lines }]) => lines.length > 0)
      .map(([{ lines, endedAtMs }, step]) => {
        const line = new RecordLine(this.#resource, LINE_MAX_BYTES);
        const { traceId, timelineId, attributes: job } = this.#identity;
        const ids = originIds({
          attributes: job,
          traceId,
          spanId: stepSpanId(this.#job, step),
          stepId: step.id,
        });
        const attributes = fileAttributes(`${timelineId}_${step.id}_1.log`, step.id);
        for (const { atMs, text } of lines) {
          const bytes = Buffer.from(`${new Date(atMs).toISOString().replace("Z", "1234Z")} ${text}\n`);
          const frame = { attributes, nowMs: endedAtMs, ids, isOutput: true };
          const record = recordOf(bytes, { start: 0, end: bytes.length }, frame);
          if (record !== undefined) line.add(record, job);
        }
        return line.take();
      });
  }

  #told({ name, startedAtMs, endedAtMs, result }: PlayedStep, index: number): Step {
    return newStep({
      name,
      source: "runner",
      id: uuid(this.#run.number, index + 2),
      isIdTold: true,
      startedAtMs,
      endedAtMs,
      result,
      errorType: result === "failure" ? this.#job.errorType : "",
      attributes: { "warp_telemetry.step.action": "bash", "warp_telemetry.step.stage": "Main" },
    });
  }

  #eventLine(event: Event, timeMs: number, step: Step): Uint8Array {
    const { traceId, spanId, attributes } = this.#identity;
    const running = {
      id: step.id,
      name: step.name,
      spanId: stepSpanId(this.#job, step),
      startedAtMs: step.startedAtMs,
    };
    const job: RunningJob = { traceId, spanId, attributes, startedAtMs: this.#run.startedAtMs, steps: [running] };
    return eventLine(event, { resource: this.#resource, job, timeMs, leftOut: 0 });
  }
}

/** The series that the agent has of a machine without a container. */
class HostSeries {
  readonly #add: (sample: Sample) => void;

  constructor(batch: MetricsBatch, memoryBytes: number) {
    const { host } = SCOPES;
    const waits = { ...host, ...STALLS.some };
    const stalls = { ...host, ...STALLS.full };
    const space = batch.series(METRICS.fileSystemUsage, { ...MOUNT, [FILE_SYSTEM_STATE]: "free" });
    const series: readonly (readonly [ReturnType<MetricsBatch["series"]>, (sample: Sample) => number])[] = [
      [batch.series(METRICS.cpu), ({ cpuPercent }) => cpuPercent],
      [batch.series(METRICS.busiestCore), ({ cpuPercent }) => Math.min(100, cpuPercent + 7)],
      [batch.series(METRICS.iowait), ({ cpuPercent }) => (100 - cpuPercent) / 50],
      [batch.series(METRICS.steal), () => 0.5],
      [batch.series(METRICS.runQueue, host), ({ cpuPercent }) => cpuPercent / 80],
      [batch.series(METRICS.memory, USED), ({ memoryPercent }) => memoryPercent],
      [batch.series(METRICS.network, RECEIVED), ({ cpuPercent, memoryPercent }) => cpuPercent * memoryPercent * 211],
      [batch.series(METRICS.network, SENT), ({ cpuPercent }) => cpuPercent * 977],
      [batch.series(METRICS.cpuPressure, waits), ({ cpuPressurePercent }) => cpuPressurePercent],
      [batch.series(METRICS.memoryPressure, waits), ({ memoryPercent }) => Math.max(0, memoryPercent - 90)],
      [batch.series(METRICS.memoryPressure, stalls), ({ memoryPercent }) => Math.max(0, memoryPercent - 95)],
      [batch.series(METRICS.ioPressure, waits), ({ cpuPercent }) => cpuPercent / 30],
      [batch.series(METRICS.ioPressure, stalls), ({ cpuPercent }) => cpuPercent / 60],
      [batch.series(METRICS.oomKills, host), () => 0],
      [batch.series(METRICS.fileSystem, MOUNT), ({ memoryPercent }) => 40 + memoryPercent / 10],
      [batch.series(METRICS.fileSystemUsage, { ...MOUNT, [FILE_SYSTEM_STATE]: "used" }), () => memoryBytes],
      [space, ({ memoryPercent }) => Math.round(memoryBytes * (2 - memoryPercent / 1000))],
    ];
    this.#add = (sample) => {
      for (const [own, valueOf] of series) own.add(sample.atMs, valueOf(sample));
    };
  }

  add(sample: Sample): void {
    this.#add(sample);
  }
}

function identity(run: PlayedRun): JobIdentity {
  const { number, kind, host } = run;
  return identityOf(
    {
      jobId: uuid(number, 0),
      jobDisplayName: kind.job,
      timelineId: uuid(number, 1),
      checkRunId: String(20_000_000_000 + number),
      steps: [],
      github: {
        server_url: "https://github.com",
        repository: kind.repository,
        run_id: String(7_000_000_000 + number),
        run_attempt: "1",
        workflow: kind.workflow,
        sha: number.toString(16).padStart(40, "0"),
        ref: "refs/heads/main",
        ref_name: "main",
        ref_type: "branch",
        head_ref: "",
        base_ref: "",
      },
    },
    "",
    host,
  );
}

/** What the agent makes of the kernel's words. */
function oomKill({ process, rssKib, limitKib }: NonNullable<PlayedRun["kill"]>): OomKill {
  const pid = 4711;
  const texts = [
    `${process} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0`,
    `memory: usage ${limitKib}kB, limit ${limitKib}kB, failcnt 59988`,
    `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/runner,task_memcg=/runner,task=${process},pid=${pid},uid=1001`,
    `Memory cgroup out of memory: Killed process ${pid} (${process}) total-vm:${2 * rssKib}kB, anon-rss:${rssKib}kB, file-rss:0kB, shmem-rss:0kB, UID:1001`,
  ];
  const reports = new OomReports();
  const messages: readonly KernelMessage[] = texts.map((text, timeUs) => ({ timeUs, text }));
  const [kill] = messages.flatMap((message) => reports.push(message) ?? []);
  if (kill === undefined) throw new Error("Cannot play a kill: the agent reads none in the kernel's words");
  return kill;
}

/** Not random, so that a run is the same each time. */
function uuid(number: number, part: number): string {
  return `${number.toString(16).padStart(8, "0")}-0000-4000-8000-${part.toString(16).padStart(12, "0")}`;
}
