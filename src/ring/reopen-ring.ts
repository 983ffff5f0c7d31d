import { closeSync } from "node:fs";
import type { Stream } from "../pipeline.ts";
import type { Slot } from "./layout.ts";
import { newSlot, type OpenedRing, openRing, type RingOptions } from "./open-ring.ts";
import { readSlot } from "./recovery.ts";
import { type FilePlace, readHeader, writeRingFile } from "./ring-file.ts";

/** A ring that is opened to be emptied by hand: written through, since nothing is in a hurry. */
const BY_HAND = { memoryKind: "written" } as const;
/** Of lines that say no more whose they are. */
const NOBODY = { machine: "", agent: "", destination: "" };

/**
 * Opens a ring file as the owner that it names itself, to send what it holds by hand. Undefined when its header cannot
 * be trusted. Throws as `openRing`.
 */
export function reopenRing(place: FilePlace): OpenedRing | undefined {
  const fd = place.folder.openFile(place.name, { isReadOnly: true });
  let slot: Slot | string;
  try {
    slot = readSlot(readHeader(fd));
  } finally {
    closeSync(fd);
  }
  if (typeof slot === "string") return undefined;
  const { stream, capacity: capacityBytes, owner, lastSecond } = slot;
  return openRing({ ...place, ...BY_HAND, stream, capacityBytes, owner, lastSecond });
}

/** Makes a new ring file of lines that were read from another one, each with its end, and opens it. */
export function ringOfLines(place: FilePlace, stream: Stream, lines: readonly Uint8Array[]): OpenedRing {
  const bytes = lines.reduce((sum, line) => sum + line.length, 0);
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 1);
  const capacityBytes = Math.max(bytes, 2 * longest);
  const options: RingOptions = { ...place, ...BY_HAND, stream, capacityBytes, owner: NOBODY, lastSecond: 0 };
  writeRingFile(place, { ...newSlot(options), head: bytes, highWater: bytes }, lines);
  return openRing(options);
}
