import type { Receiver } from "../http/receiver.ts";
import type { Stream } from "../pipeline.ts";
import type { Ring } from "../ring/ring.ts";
import type { AgentStats, RingStats } from "../stats/agent-stats.ts";
import type { Uploader } from "../upload/uploader.ts";

export interface StreamStages {
  readonly rings: Readonly<Record<Stream, Ring>>;
  readonly receiver: Receiver;
  readonly uploader: Uploader;
}

/** What every stage has counted, by stream: at the door, in the ring, on the way out. */
export function streamStats({ rings, receiver, uploader }: StreamStages): AgentStats["streams"] {
  const entries = Object.values(rings).flatMap((ring) => {
    const uploads = uploader.stats(ring.stream);
    if (uploads === undefined) return [];
    return [[ring.stream, { ...receiver.stats(ring.stream), ...ringStats(ring), ...uploads }] as const];
  });
  return Object.fromEntries(entries);
}

function ringStats({ memoryKind, lines, usedBytes, capacityBytes, room }: Ring): RingStats {
  return {
    ring_memory: memoryKind,
    ring_lines: lines,
    ring_used_bytes: usedBytes,
    ring_capacity_bytes: capacityBytes,
    ring_is_full: room.isFull,
  };
}
