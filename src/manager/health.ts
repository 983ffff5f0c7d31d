import type { HealthStatus, PartHealth, Stats, Stream } from "../pipeline.ts";
import type { Ring } from "../ring/ring.ts";

const RANK: Readonly<Record<HealthStatus, number>> = { healthy: 0, degraded: 1, unhealthy: 2 };

/** 0 healthy, 1 degraded, 2 unhealthy or anything else. */
export function rankOf(status: unknown): number {
  return Object.entries(RANK).find(([name]) => name === status)?.[1] ?? RANK.unhealthy;
}

/**
 * The worst of the parts, and every part; one that is undefined does not exist here. `{"status":"healthy"}` comes first:
 * that is what the original answered.
 */
export function healthBody(parts: Readonly<Record<string, PartHealth | undefined>>): {
  body: Stats;
  isUnhealthy: boolean;
} {
  let status: HealthStatus = "healthy";
  const shown: Record<string, Stats> = {};
  for (const [name, part] of Object.entries(parts)) {
    if (part === undefined) continue;
    if (RANK[part.status] > RANK[status]) status = part.status;
    shown[name] = { ...part };
  }
  return { body: { status, parts: shown }, isUnhealthy: status === "unhealthy" };
}

export function receiverHealth(isTaking: boolean): PartHealth {
  if (isTaking) return { status: "healthy" };
  return { status: "unhealthy", reason: "The receiver takes no requests", remedy: "It is starting or stopping" };
}

/** Unhealthy when a ring takes no lines: the senders must keep them, and need to know. */
export function ringsHealth(rings: Readonly<Record<Stream, Ring>>): PartHealth {
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
