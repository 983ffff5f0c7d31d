import type { HealthStatus, PartHealth } from "../pipeline.ts";
import type { Ring } from "../ring/ring.ts";
import type { SetAsideFile } from "../ring/set-aside.ts";
import type { HealthStats } from "../stats/agent-stats.ts";
import type { Stages } from "./manager-state.ts";
import { setAsideHealth } from "./set-aside.ts";

/** The body of `/health`, and whether it is answered 503. */
export interface Health {
  readonly body: HealthStats;
  readonly isUnhealthy: boolean;
}

/** A stage that judges itself. */
interface Part {
  health(): PartHealth;
}

export interface AgentParts {
  /** Whether the receiver takes requests. */
  readonly isTaking: boolean;
  readonly receiver: Part & { ringsHealth(): PartHealth };
  /** Undefined until the rings are open. */
  readonly stages: Stages | undefined;
  readonly setAside: readonly SetAsideFile[];
}

const RANK: Readonly<Record<HealthStatus, number>> = { healthy: 0, degraded: 1, unhealthy: 2 };

/** 0 healthy, 1 degraded, 2 unhealthy. */
export function rankOf(status: HealthStatus): number {
  return RANK[status];
}

/** The health of every part there is, and of all of them. */
export function agentHealth({ isTaking, receiver: door, stages, setAside }: AgentParts): Health {
  const receiver: PartHealth = isTaking
    ? door.health()
    : { status: "unhealthy", reason: "The receiver takes no requests", remedy: "It is starting or stopping" };
  const { rings, uploader, telemetrySwitch, runnerLogs, buffer, collector, host, jobs } = stages ?? {};
  return healthBody({
    receiver,
    rings: rings && worst([...Object.values(rings).map(ringHealth), door.ringsHealth()]),
    set_aside: buffer && setAsideHealth(setAside, buffer.path),
    uploader: uploader?.health(),
    backend: telemetrySwitch?.health(),
    collector: collector?.health(),
    host: host?.health(),
    runner_logs: runnerLogs?.health(),
    jobs: jobs?.health(),
  });
}

/**
 * The worst of the parts, and every part; one that is undefined does not exist here. `{"status":"healthy"}` comes first:
 * that is what the original answered.
 */
function healthBody(all: Readonly<Record<string, PartHealth | undefined>>): Health {
  const parts = Object.entries(all).flatMap(([name, part]) => (part === undefined ? [] : [[name, part] as const]));
  const { status } = worst(parts.map(([, part]) => part));
  const shown = Object.fromEntries(parts.map(([name, part]) => [name, { ...part }]));
  return { body: { status, parts: shown }, isUnhealthy: status === "unhealthy" };
}

/** Unhealthy when a ring takes no lines: the senders must keep them, and need to know. */
function ringHealth({ stream, lastWriteError, room, usedBytes, capacityBytes }: Ring): PartHealth {
  if (lastWriteError !== undefined) {
    return {
      status: "unhealthy",
      reason: `Cannot write the ring of ${stream}: ${lastWriteError}`,
      remedy: "Senders keep their data and try again; free space in the base directory",
    };
  }
  const held = `${usedBytes} of ${capacityBytes} bytes are held`;
  const remedy = "Senders keep their data and try again; see the uploads, or raise buffer_bytes";
  if (room.isFullForOwn) return { status: "unhealthy", reason: `The ring of ${stream} is full: ${held}`, remedy };
  if (!room.isFull) return HEALTHY;
  return { status: "degraded", reason: `The ring of ${stream} takes only our collector's lines: ${held}`, remedy };
}

const HEALTHY: PartHealth = { status: "healthy" };

function worst(parts: readonly PartHealth[]): PartHealth {
  return parts.reduce((found, part) => (RANK[part.status] > RANK[found.status] ? part : found), HEALTHY);
}
