import type { Price } from "../lib/price.ts";
import type { StatsValue } from "../pipeline.ts";
import type { AgentStats, HealthStats, StreamStats } from "../stats/agent-stats.ts";
import type { TopProcessFigures } from "../stats/host-reading.ts";
import type { History } from "./history.ts";
import type {
  LiveCollector,
  LiveEvent,
  LiveHealth,
  LiveMessages,
  LiveProcesses,
  LiveState,
  LiveStream,
} from "./live-data.ts";
import { liveJobs } from "./live-jobs.ts";

/** Where everything comes from; each call answers from memory. */
export interface LiveSources {
  stats(): Pick<AgentStats, "version" | "health" | "streams" | "collector" | "destination">;
  /** As `Control.jobs()`; null while the agent keeps no jobs. */
  jobs(): StatsValue;
  /** The collector's last lines, oldest first. */
  collectorOutput(): readonly string[];
  processes(): { readonly atMs: number; readonly list: readonly TopProcessFigures[] } | undefined;
  /** What shares are shares of; undefined where the host is not measured. */
  size(): { readonly cores: number; readonly memoryBytes: number } | undefined;
  /** What a minute of the machine costs. Default: nobody says it. */
  readonly price?: Price | undefined;
}

/** The parts of the state that change now and then. */
export type LiveParts = Required<LiveMessages["change"]>;

export interface LiveStateOf {
  readonly sources: LiveSources;
  readonly history: History;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly maySeeTexts: boolean;
}

/** Everything. */
export function liveState(of: LiveStateOf): LiveState {
  const { sources, history, startedAtMs, nowMs, maySeeTexts } = of;
  const { version, parts } = gather(of);
  const size = sources.size();
  return {
    version,
    nowMs,
    startedAtMs,
    maySeeTexts,
    ...parts,
    ...(sources.price !== undefined && { price: sources.price }),
    series: {
      ...history.series(),
      ...(size !== undefined && size.cores > 0 && { cores: size.cores }),
      ...(size !== undefined && size.memoryBytes > 0 && { memoryBytes: size.memoryBytes }),
    },
  };
}

/** The parts at this moment. Without `maySeeTexts` nothing in them is text of a job, of a process or of the collector. */
export function liveParts(of: Omit<LiveStateOf, "startedAtMs" | "nowMs">): LiveParts {
  return gather(of).parts;
}

function gather(of: Omit<LiveStateOf, "startedAtMs" | "nowMs">): {
  readonly version: string;
  readonly parts: LiveParts;
} {
  const { sources, history, maySeeTexts } = of;
  const { version, health, streams, collector, destination } = sources.stats();
  const events = history.events.all;
  const parts: LiveParts = {
    health: healthOf(health),
    jobs: liveJobs(sources.jobs(), maySeeTexts),
    events: maySeeTexts ? events : events.map(withoutText),
    processes: maySeeTexts ? processesOf(sources) : null,
    streams: Object.fromEntries(Object.entries(streams).map(([name, stream]) => [name, streamOf(stream)])),
    collector: collectorOf(collector, maySeeTexts ? sources.collectorOutput() : []),
    destination,
  };
  return { version, parts };
}

function healthOf({ status, parts }: HealthStats): LiveHealth {
  const problems = Object.entries(parts).flatMap(([part, { status: own, reason = "", remedy }]) =>
    own === "healthy" ? [] : [{ part, reason, ...(remedy !== undefined && { remedy }) }],
  );
  return { status, problems };
}

function withoutText(event: LiveEvent): LiveEvent {
  const { text, ...others } = event;
  return text === undefined ? event : others;
}

function processesOf(sources: LiveSources): LiveProcesses | null {
  const newest = sources.processes();
  if (newest === undefined) return null;
  const list = newest.list.map(({ pid, name, cores, residentBytes, step }) => ({
    pid,
    name,
    cpuCores: Math.round(cores * 1000) / 1000,
    memoryBytes: residentBytes,
    ...(step !== undefined && { stepId: step.id }),
  }));
  return { atMs: newest.atMs, list };
}

function streamOf(stream: StreamStats): LiveStream {
  return {
    // Not those of the door: what the agent reads itself comes by no request.
    lines: stream.uploaded_lines + stream.ring_lines,
    bytes: stream.uploaded_bytes + stream.ring_used_bytes,
    ringUsedBytes: stream.ring_used_bytes,
    ringBytes: stream.ring_capacity_bytes,
    objects: stream.objects,
    lastObject: stream.last_object?.name ?? null,
    uploadMs: stream.last_object?.upload_ms ?? null,
    retries: stream.retries,
    refused: Object.values(stream.refused_requests).reduce((sum, count) => sum + count, 0),
  };
}

function collectorOf(stats: AgentStats["collector"], output: readonly string[]): LiveCollector {
  const isRunning = "pid" in stats;
  return {
    state: stats.state,
    pid: isRunning ? stats.pid : null,
    restarts: isRunning ? stats.restarts : 0,
    output,
  };
}
