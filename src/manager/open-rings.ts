import type { Config } from "../config/config.ts";
import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import { machineId } from "../lib/machine-id.ts";
import { type Destination, mapStreams, type Stream } from "../pipeline.ts";
import { chooseMemory } from "../ring/choose-memory.ts";
import type { RingOwner } from "../ring/layout.ts";
import { openRing, type RingNotice } from "../ring/open-ring.ts";
import type { Ring } from "../ring/ring.ts";
import { type OpenedHome, ringFileName } from "./open-home.ts";

const log = logOf("manager");

export interface OpenedRings {
  readonly rings: Readonly<Record<Stream, Ring>>;
  readonly notices: readonly RingNotice[];
}

/** Opens all four rings and tells the next run how they are kept. Throws the system's error; nothing stays open then. */
export function openRings(config: Config, { home, buffer }: OpenedHome, destination: Destination): OpenedRings {
  const { lastRun } = home;
  const mayHaveCrashed = lastRun !== undefined && !lastRun.endedWell && lastRun.memoryKind === "mapped";
  const memoryKind = chooseMemory(buffer.at("."), mayHaveCrashed);
  // Told before the first page is touched: a fault there must not come back at every start.
  home.begin(memoryKind);
  const owner: RingOwner = { machine: machineId(), agent: config.agent.id ?? "", destination: destination.label };
  const rings = new Map<Stream, Ring>();
  const notices: RingNotice[] = [];
  const open = (stream: Stream): Ring => {
    const name = ringFileName(stream);
    const opened = openRing({
      folder: buffer,
      name,
      stream,
      ...config.rings,
      owner,
      memoryKind,
      lastSecond: home.lastSecond(stream),
      onSecond: (second) => home.useSecond(stream, second),
    });
    rings.set(stream, opened.ring);
    home.keep(buffer, name);
    notices.push(...opened.notices);
    return opened.ring;
  };
  try {
    const all = mapStreams(open);
    if (lastRun?.endedWell === false) {
      const lines = Object.values(all).reduce((sum, ring) => sum + ring.lines, 0);
      log.info("The last run did not end in order; its lines are recovered", { lines });
    }
    return { rings: all, notices };
  } catch (error) {
    for (const ring of rings.values()) ring.close();
    throw error;
  }
}

/** Throws away every line and says how many they were. A ring whose file refuses keeps its own, with a warning. */
export function eraseRings(rings: Readonly<Record<Stream, Ring>>): number {
  let lines = 0;
  for (const ring of Object.values(rings)) {
    try {
      lines += ring.erase();
    } catch (error) {
      log.warn("Cannot erase a ring", { stream: ring.stream, error: errorText(error) });
    }
  }
  return lines;
}

/** Overwrites what the empty rings still hold of delivered lines. A ring whose file refuses keeps it, with a warning. */
export function wipeRings(rings: Readonly<Record<Stream, Ring>>): void {
  for (const ring of Object.values(rings)) {
    try {
      ring.wipe();
    } catch (error) {
      log.warn("Cannot overwrite the delivered lines of a ring", { stream: ring.stream, error: errorText(error) });
    }
  }
}
