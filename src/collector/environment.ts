import type { ResourceAttributes } from "../pipeline.ts";
import type { JournalStart } from "./journal-start.ts";

/** The agent's environment, or any other. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What varies between machines and runs; the YAML files read it as `${env:WARP_TELEMETRY_…}`. */
export interface CollectorVariables {
  /** Base URL of our receiver. */
  readonly endpoint: string;
  /** Value of the private header: tells our collector's requests from others. */
  readonly token: string;
  readonly intervalMs: number;
  /** What the receiver takes in one request. */
  readonly requestMaxBytes: number;
  readonly storageDirectory: string;
  readonly resource: ResourceAttributes;
  readonly syslogPaths: readonly string[];
  /** The system log is read from its beginning, and not from its end, by a collector that has never read it. */
  readonly isSyslogNew: boolean;
  readonly journalStart: JournalStart;
}

/** Without these programs do not start on Windows. */
const SYSTEM_NAMES = process.platform === "win32" ? ["SystemRoot", "SystemDrive", "TEMP", "ProgramData"] : [];
/** A collector batch is sent at this size, in bytes of protobuf. Larger ones save nothing. */
const BATCH_BYTES = 512 * 1024;
/** As JSON a batch is two to three times as large, or six if it is all control characters. */
const JSON_GROWTH = 8;
const OUR_PREFIX = "WARP_TELEMETRY_";

/**
 * Go would start one thread for garbage collection per core; on a runner with 64 cores the collector shall never be
 * busy on more than two of them.
 */
const GO_MAX_CORES = "2";
/** Soft: beyond it Go collects garbage more eagerly. Idle it needs 40 MiB, while it catches up after an outage more. */
const GO_MEMORY_MAX = "256MiB";

/**
 * The environment of the child: nothing of ours but PATH, TZ and the variables, since the agent's may hold secrets of
 * the job. `names` are copied as well, the user asked for them; they win over everything but our own variables.
 */
export function collectorEnvironment(
  environment: Environment,
  names: readonly string[],
  variables: CollectorVariables,
): Record<string, string> {
  const copied = ["PATH", "TZ", ...SYSTEM_NAMES, ...names].flatMap((name) => {
    const value = environment[name];
    return value === undefined || name.startsWith(OUR_PREFIX) ? [] : [[name, value] as const];
  });
  const { from, isFirst } = variables.journalStart;
  return {
    GOMAXPROCS: GO_MAX_CORES,
    GOMEMLIMIT: GO_MEMORY_MAX,
    ...Object.fromEntries(copied),
    WARP_TELEMETRY_COLLECTOR_ENDPOINT: variables.endpoint,
    WARP_TELEMETRY_COLLECTOR_TOKEN: variables.token,
    WARP_TELEMETRY_COLLECTOR_INTERVAL: `${variables.intervalMs}ms`,
    WARP_TELEMETRY_COLLECTOR_BATCH_BYTES: String(Math.floor(batchBytes(variables.requestMaxBytes))),
    WARP_TELEMETRY_COLLECTOR_BATCH_MAX_BYTES: String(batchMaxBytes(variables.requestMaxBytes)),
    WARP_TELEMETRY_COLLECTOR_STORAGE: variables.storageDirectory,
    // JSON is YAML: the collector reads these as lists.
    WARP_TELEMETRY_RESOURCE: JSON.stringify(resourceActions(variables.resource)),
    WARP_TELEMETRY_SYSLOG_PATHS: JSON.stringify(variables.syslogPaths),
    WARP_TELEMETRY_SYSLOG_START: variables.isSyslogNew ? "beginning" : "end",
    WARP_TELEMETRY_JOURNAL_MATCHES: JSON.stringify(isFirst ? [{ _BOOT_ID: from.bootId }] : []),
    WARP_TELEMETRY_JOURNAL_BOOT: from.bootId,
    WARP_TELEMETRY_JOURNAL_FROM_US: String(from.monotonicUs),
    WARP_TELEMETRY_JOURNAL_FROM_SECONDS: String(from.unixSeconds),
  };
}

/** What the resource processor does to whatever passes. No value has a `$`, which the collector would read as a variable. */
function resourceActions(resource: ResourceAttributes): readonly Readonly<Record<string, string>>[] {
  return Object.entries(resource).map(([key, value]) => ({ action: "upsert", key, value }));
}

/** What one request may hold, in bytes of protobuf. */
function batchMaxBytes(requestMaxBytes: number): number {
  return Math.max(2, Math.floor(requestMaxBytes / JSON_GROWTH));
}

/**
 * Far enough below the most that what is added last is not cut in two: the collector would send all of it again when one
 * half was taken and a stop came before the other.
 */
function batchBytes(requestMaxBytes: number): number {
  return Math.min(BATCH_BYTES, batchMaxBytes(requestMaxBytes) / 2);
}
