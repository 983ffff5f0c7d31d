import type { Receiver } from "../http/receiver.ts";
import type { Stats, Stream } from "../pipeline.ts";
import type { Ring } from "../ring/ring.ts";
import type { Uploader } from "../upload/uploader.ts";

export interface StreamStages {
  readonly rings: Readonly<Record<Stream, Ring>>;
  readonly receiver: Receiver;
  readonly uploader: Uploader;
}

/** What every stage has counted, by stream: at the door, in the ring, on the way out. */
export function streamStats({ rings, receiver, uploader }: StreamStages): Stats {
  const entries = Object.values(rings).map((ring) => {
    const held = {
      ring_memory: ring.memoryKind,
      ring_lines: ring.lines,
      ring_used_bytes: ring.usedBytes,
      ring_capacity_bytes: ring.capacityBytes,
      ring_is_full: ring.room.isFull,
    };
    return [ring.stream, { ...receiver.stats(ring.stream), ...held, ...uploader.stats(ring.stream) }] as const;
  });
  return Object.fromEntries(entries);
}
