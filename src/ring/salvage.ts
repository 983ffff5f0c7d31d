import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { decodeSlot, HEADER_BYTES, MAGIC, type Slot, SLOT_OFFSETS } from "./layout.ts";
import { isJsonLine, linesOf } from "./lines.ts";
import { readSlot, recoverLines } from "./recovery.ts";
import { positionReader, readHeader, readRange } from "./ring-file.ts";

const { O_NOCTTY, O_NONBLOCK, O_RDONLY } = constants;
/** Twice the largest ring: what its longest line needs. Anything longer is another file, given by mistake. */
const FILE_MAX_BYTES = HEADER_BYTES + 2 * 1024 ** 3;

/** What can still be read in a ring file, or in a file that was set aside. */
export interface Salvage {
  /** Whole JSON lines, each with its end, in the order of the file. */
  readonly lines: readonly Uint8Array[];
  /** What was left out, because it is no JSON line. */
  readonly leftOutBytes: number;
  /**
   * `header`: exactly the lines that were held. `scan`: the header cannot be trusted, so these are all lines of the
   * payload. Delivered ones are among them, and a line that a rewind has moved is there twice. `bytes`: the file is no
   * ring, but pieces of one.
   */
  readonly basis: "header" | "scan" | "bytes";
  /** Why the header cannot be trusted. */
  readonly reason?: string;
}

/** Reads the file at `path`, through links; changes nothing and never waits. Throws as {@link salvageOpen}. */
export function salvage(path: string): Salvage {
  // Opening a FIFO would wait for its writer.
  const fd = openSync(path, O_RDONLY | (O_NONBLOCK ?? 0) | (O_NOCTTY ?? 0));
  try {
    return salvageOpen(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads such a file that is open. Throws when it is no regular file or longer than any buffer file, and the system's
 * error when it cannot be read.
 */
export function salvageOpen(fd: number): Salvage {
  const stats = fstatSync(fd);
  if (!stats.isFile()) throw new Error("it is no regular file");
  if (stats.size > FILE_MAX_BYTES) throw new Error(`it has ${stats.size} bytes, at most ${FILE_MAX_BYTES} wanted`);
  const header = readHeader(fd);
  if (Buffer.from(header.subarray(0, MAGIC.length)).toString("latin1") !== MAGIC) {
    // A ring whose first bytes are damaged: without this the header would become part of the first line.
    const isRing = readSlotAnyway(header) !== undefined;
    const from = isRing ? HEADER_BYTES : 0;
    return { ...jsonLines([readRange(fd, from, stats.size - from)]), basis: isRing ? "scan" : "bytes" };
  }
  const slot = readSlot(header);
  const found = typeof slot === "string" ? slot : recoverLines(header, slot, positionReader(fd, slot.capacity));
  if (typeof found !== "string") {
    const pieces = [...(found.sealed === undefined ? [] : [found.sealed]), ...found.unsealed, ...found.damaged];
    return { ...jsonLines(pieces), basis: "header" };
  }
  const payload = readRange(fd, HEADER_BYTES, Math.max(0, stats.size - HEADER_BYTES));
  return { ...jsonLines([payload]), basis: "scan", reason: found };
}

/** The slot of a header whose magic is damaged, if there is one. */
function readSlotAnyway(header: Uint8Array): Slot | undefined {
  const slots = SLOT_OFFSETS.map((offset) => (header.length < HEADER_BYTES ? "short" : decodeSlot(header, offset)));
  return slots.find((slot) => typeof slot !== "string");
}

function jsonLines(pieces: readonly Uint8Array[]): Pick<Salvage, "lines" | "leftOutBytes"> {
  const lines: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    bytes += piece.length;
    for (const line of linesOf(piece)) if (isJsonLine(line)) lines.push(line);
  }
  return { lines, leftOutBytes: lines.reduce((left, line) => left - line.length, bytes) };
}
