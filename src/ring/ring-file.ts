import { closeSync, ftruncateSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import type { HeldFolder } from "../lib/held-folder.ts";
import {
  encodeSlot,
  HEAD_COPY_OFFSET,
  HEAD_OFFSET,
  HEADER_BYTES,
  IN_FORCE_OFFSET,
  MAGIC,
  slotOffset,
  type Slot,
} from "./layout.ts";
import type { ReadPositions } from "./recovery.ts";

/** A file by its name in a folder that is held. */
export interface FilePlace {
  readonly folder: HeldFolder;
  readonly name: string;
}

/**
 * Makes a whole ring file under a temporary name and renames it in one step, so that no file of that name is ever half
 * made. Its payload is `lines`: `slot.tail` is 0, `slot.head` is their end. Mode 0600. Throws the system's error.
 */
export function writeRingFile(place: FilePlace, slot: Slot, lines: readonly Uint8Array[]): void {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, "latin1");
  header.writeBigUInt64LE(BigInt(slot.head), HEAD_OFFSET);
  header.writeBigUInt64LE(BigInt(slot.head), HEAD_COPY_OFFSET);
  header.writeBigUInt64LE(BigInt(slot.generation), IN_FORCE_OFFSET);
  header.set(encodeSlot(slot), slotOffset(slot.generation));

  removeTemporary(place);
  const temporary = temporaryName(place);
  const fd = place.folder.makeFile(temporary);
  try {
    ftruncateSync(fd, HEADER_BYTES + slot.capacity);
    writePieces(fd, [header, ...lines]);
  } finally {
    closeSync(fd);
  }
  renameSync(place.folder.at(temporary), place.folder.at(place.name));
}

/** Removes what a crash in {@link writeRingFile} has left. Safe to call when there is nothing. */
export function removeTemporary(place: FilePlace): void {
  rmSync(place.folder.at(temporaryName(place)), { force: true });
}

function temporaryName({ name }: FilePlace): string {
  return `${name}.new`;
}

/** Reads the first `HEADER_BYTES` of the file; fewer when it is shorter. */
export function readHeader(fd: number): Uint8Array {
  return readRange(fd, 0, HEADER_BYTES);
}

/** Reads positions of a ring's payload from its file. */
export function positionReader(fd: number, capacity: number): ReadPositions {
  return (from, length) => {
    const start = from % capacity;
    const first = readRange(fd, HEADER_BYTES + start, Math.min(length, capacity - start));
    if (start + length <= capacity) return first;
    return Buffer.concat([first, readRange(fd, HEADER_BYTES, start + length - capacity)]);
  };
}

/** Reads `length` bytes from `offset` on; fewer where the file ends. */
export function readRange(fd: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, offset + done);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}

/** Writes the pieces one behind the other, from the start of the file on. Throws the system's error. */
export function writePieces(fd: number, pieces: readonly Uint8Array[]): void {
  let at = 0;
  for (const piece of pieces) {
    writeFully(fd, piece, at);
    at += piece.length;
  }
}

/** Writes all of `bytes` at `offset`. Throws the system's error. */
function writeFully(fd: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
}
