import type { Event } from "../../src/events/event.ts";
import type { LineSink, OfferResult, Sender } from "../../src/pipeline.ts";
import { arrayAt, valueAt } from "../support/json.ts";

export const RESOURCE = {
  "host.name": "runner-1",
  "service.name": "ci-runner",
  "telemetry.version": "1.2.3",
  "telemetry.vm_os": "linux",
};

/** Keeps what watches report. */
export class Seen {
  readonly events: Event[] = [];
  readonly report = (event: Event): void => void this.events.push(event);

  /** The short names of what was reported since the last call. */
  take(): string[] {
    return this.events.splice(0).map(({ kind }) => kind.name.replace("warp_telemetry.", ""));
  }
}

/** A ring that keeps what it is offered, and answers as it is told. */
export class FakeSink implements LineSink {
  readonly lineMaxBytes = 1_000_000;
  readonly lines: string[] = [];
  readonly senders: (Sender | undefined)[] = [];
  answer: OfferResult = "accepted";

  offer(line: Uint8Array, sender?: Sender): OfferResult {
    this.senders.push(sender);
    if (this.answer === "accepted") this.lines.push(new TextDecoder().decode(line));
    return this.answer;
  }

  /** The log records of the lines taken, in order. */
  get records(): StoredRecord[] {
    return this.lines.map(recordOf);
  }
}

/** A log record as its readers see it. */
export interface StoredRecord {
  readonly name: string;
  readonly severity: unknown;
  readonly severityText: unknown;
  readonly time: unknown;
  readonly body: unknown;
  readonly traceId: unknown;
  readonly spanId: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** The one record of a line. */
export function recordOf(line: string): StoredRecord {
  const request: unknown = JSON.parse(line);
  const record = valueAt(request, "resourceLogs", 0, "scopeLogs", 0, "logRecords", 0);
  return {
    name: String(valueAt(record, "eventName")),
    severity: valueAt(record, "severityNumber"),
    severityText: valueAt(record, "severityText"),
    time: valueAt(record, "timeUnixNano"),
    body: valueAt(record, "body", "stringValue"),
    traceId: valueAt(record, "traceId"),
    spanId: valueAt(record, "spanId"),
    attributes: plain(arrayAt(record, "attributes")),
    resource: plain(arrayAt(request, "resourceLogs", 0, "resource", "attributes")),
  };
}

/** By name; a number that stands as text becomes one. */
function plain(attributes: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map((attribute) => {
      const integer = valueAt(attribute, "value", "intValue");
      const text = valueAt(attribute, "value", "stringValue");
      const value = text ?? valueAt(attribute, "value", "boolValue") ?? Number(integer);
      return [String(valueAt(attribute, "key")), value] as const;
    }),
  );
}

/** A report of the kernel's OOM killer, as lines of /dev/kmsg. */
export function oomReport({
  pid = 31_865,
  name = "cc1plus",
  timeUs = 5_000_000,
  cgroup = "/actions.slice/job-7",
  limitKib = 28_672,
  anonKib = 27_824,
} = {}): string {
  const messages = [
    `${name} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0`,
    `memory: usage ${limitKib}kB, limit ${limitKib}kB, failcnt 59988`,
    "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name",
    `[  ${pid}]     0 ${pid}  3829615    20400     6956    13444         0   503808        0             0 ${name}`,
    `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=${cgroup},task_memcg=${cgroup}/inner,task=${name},pid=${pid},uid=1001`,
    `Memory cgroup out of memory: Killed process ${pid} (${name}) total-vm:15318460kB, anon-rss:${anonKib}kB, file-rss:53776kB, shmem-rss:0kB, UID:1001 pgtables:492kB oom_score_adj:0`,
  ];
  return messages.map((text, at) => kmsg(text, { timeUs: timeUs + at })).join("");
}

let sequence = 100;

/** One message as /dev/kmsg has it. */
export function kmsg(text: string, { priority = 6, timeUs = 5_000_000 } = {}): string {
  return `${priority},${sequence++},${timeUs},-;${text}\n`;
}
