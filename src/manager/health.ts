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

export function agentHealth({ isTaking, running, collector }: AgentParts): Health {
  const receiver: PartHealth = isTaking
    ? { status: "healthy" }
    : { status: "unhealthy", reason: "The receiver takes no requests", remedy: "It is starting or stopping" };
  if (running === undefined) return healthBody({ receiver });
  const { rings, uploader, telemetrySwitch } = running;
  return healthBody({
    receiver,
    rings: ringsHealth(rings),
    uploader: uploader.health(),
    ...(telemetrySwitch !== undefined && { backend: telemetrySwitch.health() }),
    ...(collector !== undefined && { collector: collector.health() }),
  });
}

/** The worst of the parts, and every part. `{"status":"healthy"}` comes first: that is what the original answered. */
function healthBody(parts: Readonly<Record<string, PartHealth>>): Health {
  let status: HealthStatus = "healthy";
  for (const part of Object.values(parts)) if (RANK[part.status] > RANK[status]) status = part.status;
  const shown = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, { ...part }]));
  return { body: { status, parts: shown }, isUnhealthy: status === "unhealthy" };
}

/** Unhealthy when a ring takes no lines: the senders must keep them, and need to know. */
function ringsHealth(rings: Readonly<Record<Stream, Ring>>): PartHealth {
  for (const ring of Object.values(rings)) {
    if (ring.lastWriteError !== undefined) {
      const reason = `Cannot write the ring of ${ring.stream}: ${ring.lastWriteError}`;
      return {
        status: "unhealthy",
        reason,
        remedy: "Senders keep their data and try again; free space in the base directory",
      };
    }
    if (ring.isFull) {
      const reason = `The ring of ${ring.stream} is full: ${ring.usedBytes} of ${ring.capacityBytes} bytes`;
      return {
        status: "unhealthy",
        reason,
        remedy: "Senders keep their data and try again; see the uploads, or raise buffer_bytes",
      };
    }
  }
  return { status: "healthy" };
}
