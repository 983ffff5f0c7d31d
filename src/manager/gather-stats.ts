import type { Config } from "../config/config.ts";
import type { Receiver } from "../http/receiver.ts";
import { STREAMS } from "../pipeline.ts";
import type { AgentStats, HealthStats } from "../stats/agent-stats.ts";
import type { Environment } from "./environment.ts";
import type { Stages } from "./manager-state.ts";
import { noticeStats } from "./ring-notices.ts";
import type { SetAsideFile } from "../ring/set-aside.ts";
import { streamStats } from "./stream-stats.ts";

export interface StatsSources {
  readonly config: Config;
  readonly environment: Environment;
  readonly isRunning: boolean;
  readonly receiver: Receiver;
  /** Undefined until the rings are open. */
  readonly stages: Stages | undefined;
  readonly health: HealthStats;
  readonly setAside: readonly SetAsideFile[];
  readonly discardedLines: number;
}

/** The seven values of the seed, and all counters below them. */
export function gatherStats(sources: StatsSources): AgentStats {
  const { config, environment, isRunning, receiver, stages, health, setAside, discardedLines } = sources;
  const rings = Object.values(stages?.rings ?? {});
  return {
    is_running: isRunning,
    port: receiver.port,
    buffer_size: config.upload.bufferLines * STREAMS.length,
    current_buffer_size: rings.reduce((sum, ring) => sum + ring.lines, 0),
    buffer_is_full: rings.some((ring) => ring.room.isFull),
    receiver_running: receiver.isServing,
    s3_uploader_running: stages?.uploader.isRunning ?? false,
    version: environment.version,
    health,
    home: stages?.home.path ?? null,
    home_instead_of: stages?.place.insteadOf ?? null,
    destination: stages?.target.destination.label ?? null,
    ...receiver.totals(),
    discarded_lines: discardedLines,
    set_aside_files: setAside.length,
    set_aside: setAside.map((file) => ({ ...file })),
    ring_notices: (stages?.notices ?? []).map(noticeStats),
    streams: stages === undefined ? {} : streamStats({ ...stages, receiver }),
    collector: stages?.collector?.stats() ?? { state: "off" },
    runner_logs: stages?.runnerLogs?.stats() ?? { state: "off" },
    host: stages?.host?.stats() ?? { state: "off" },
    jobs: stages?.jobs?.stats() ?? { state: "off" },
    events: stages?.events?.stats() ?? { state: "off" },
  };
}
