import { closeSync, ftruncateSync, linkSync, readSync, renameSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { systemCode } from "../lib/error-text.ts";
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
 * Makes a whole ring file under a temporary name and gives it its own in one step, so that a file of that name is
 * never half made. Its payload is `lines`: `slot.tail` is 0, `slot.head` behind them. Mode 0600. Throws the system's error.
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
    let at = 0;
    for (const bytes of [header, ...lines]) at += writeFully(fd, bytes, at);
  } finally {
    closeSync(fd);
  }
  renameSync(place.folder.at(temporary), place.folder.at(place.name));
}

/** Removes what a crash has left of {@link writeRingFile}. Safe to call when there is nothing. */
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

/**
 * Gives a file another name beside its own, `<name>.<reason>-YYYYMMDD-HHMMSS`, and returns the path. A number
 * follows where it is taken: nothing that was set aside is ever replaced.
 */
export function setFileAside({ folder, name }: FilePlace, reason: string, now: Date): string {
  const path = folder.at(name);
  for (let number = 1; ; number++) {
    const aside = asideName(name, reason, now, number);
    try {
      linkSync(path, folder.at(aside));
    } catch (error) {
      if (systemCode(error) === "EEXIST") continue;
      // A file system without hard links.
      renameSync(path, folder.at(aside));
      return folder.pathOf(aside);
    }
    unlinkSync(path);
    return folder.pathOf(aside);
  }
}

/** Writes `pieces` into a new file beside a ring file, named as {@link setFileAside} does, and returns its path. */
export function setBytesAside(
  { folder, name }: FilePlace,
  pieces: readonly Uint8Array[],
  reason: string,
  now: Date,
): string {
  for (let number = 1; ; number++) {
    const aside = asideName(name, reason, now, number);
    let fd: number;
    try {
      fd = folder.makeFile(aside);
    } catch (error) {
      if (systemCode(error) === "EEXIST") continue;
      throw error;
    }
    try {
      let at = 0;
      for (const piece of pieces) at += writeFully(fd, piece, at);
    } finally {
      closeSync(fd);
    }
    return folder.pathOf(aside);
  }
}

function asideName(name: string, reason: string, now: Date, number: number): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${name}.${reason}-${time}${number === 1 ? "" : `-${number}`}`;
}

function readRange(fd: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, offset + done);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}

function writeFully(fd: number, bytes: Uint8Array, offset: number): number {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
  return bytes.length;
}
