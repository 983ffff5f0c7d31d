import type { HealthStatus, PartHealth, Stats, Stream } from "../pipeline.ts";
import type { Ring } from "../ring/ring.ts";

/** The body of `/health`, and whether it is answered 503. */
export interface Health {
  readonly body: Stats;
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
  readonly running:
    | {
        readonly rings: Readonly<Record<Stream, Ring>>;
        readonly uploader: Part;
        readonly telemetrySwitch: Part | undefined;
      }
    | undefined;
  readonly collector: Part | undefined;
}

const RANK: Readonly<Record<HealthStatus, number>> = { healthy: 0, degraded: 1, unhealthy: 2 };

/** 0 healthy, 1 degraded, 2 unhealthy or anything else. */
export function rankOf(status: unknown): number {
  return Object.entries(RANK).find(([name]) => name === status)?.[1] ?? RANK.unhealthy;
}

export function agentHealth({ isTaking, receiver: door, running, collector }: AgentParts): Health {
  const receiver: PartHealth = isTaking
    ? door.health()
    : { status: "unhealthy", reason: "The receiver takes no requests", remedy: "It is starting or stopping" };
  if (running === undefined) return healthBody({ receiver });
  const { rings, uploader, telemetrySwitch } = running;
  return healthBody({
    receiver,
    rings: worst([...Object.values(rings).map(ringHealth), door.ringsHealth()]),
    uploader: uploader.health(),
    ...(telemetrySwitch !== undefined && { backend: telemetrySwitch.health() }),
    ...(collector !== undefined && { collector: collector.health() }),
  });
}

/** The worst of the parts, and every part. `{"status":"healthy"}` comes first: that is what the original answered. */
function healthBody(parts: Readonly<Record<string, PartHealth>>): Health {
  const { status } = worst(Object.values(parts));
  const shown = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, { ...part }]));
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
