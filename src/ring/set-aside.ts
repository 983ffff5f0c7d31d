import { closeSync, fstatSync, lstatSync, readdirSync, renameSync } from "node:fs";
import { systemCode } from "../lib/error-text.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { HEAD_OFFSET, type RingOwner, type Slot } from "./layout.ts";
import { readSlot } from "./recovery.ts";
import { type FilePlace, readHeader, writePieces } from "./ring-file.ts";
import { loadWord } from "./ring-memory.ts";

/**
 * Files that hold lines which must not be sent: `damaged` ones cannot be trusted, `foreign` ones belong to another
 * owner. They are in the folder of the ring file as `<name>.<reason>-YYYYMMDD-HHMMSS`, and are never replaced, sent or
 * deleted.
 */
export type SetAsideReason = "damaged" | "foreign";

export interface SetAsideFile {
  /** The file's name in its folder. */
  readonly name: string;
  readonly reason: SetAsideReason;
  /** Bytes of lines in it; for a damaged file its length. */
  readonly bytes: number;
}

const RING_SUFFIX = ".ring";
const SET_ASIDE_NAME = /\.(damaged|foreign)-\d{8}-\d{6}(-\d+)?$/;

/** Whether a file has the name of a set-aside one, or of a ring file in use. */
export function isRingName(name: string): boolean {
  return SET_ASIDE_NAME.test(name) || name.endsWith(RING_SUFFIX);
}

/** Renames a file to a set-aside one and returns its path. */
export function setFileAside(place: FilePlace, reason: SetAsideReason, now: Date): string {
  const { folder, name } = place;
  const aside = freeName(place, reason, now);
  renameSync(folder.at(name), folder.at(aside));
  return folder.pathOf(aside);
}

/** Writes `pieces` into a new set-aside file and returns its path. Throws the system's error. */
export function setBytesAside(
  place: FilePlace,
  pieces: readonly Uint8Array[],
  reason: SetAsideReason,
  now: Date,
): string {
  const aside = freeName(place, reason, now);
  const fd = place.folder.makeFile(aside);
  try {
    writePieces(fd, pieces);
  } finally {
    closeSync(fd);
  }
  return place.folder.pathOf(aside);
}

/** Every set-aside file in the folder, the oldest first. Throws the system's error. */
export function listSetAside(folder: HeldFolder): readonly SetAsideFile[] {
  return readdirSync(folder.at("."))
    .toSorted()
    .flatMap((name): SetAsideFile[] => {
      const reason = SET_ASIDE_NAME.exec(name)?.[1];
      if (reason !== "damaged" && reason !== "foreign") return [];
      return [{ name, reason, bytes: bytesIn(folder, name, reason) }];
    });
}

/**
 * Renames the oldest file that was set aside for exactly this owner to the name that it had. It replaces the file that
 * has the name now, which must hold nothing. Returns whether there was such a file.
 */
export function takeBack(place: FilePlace, isOurs: (owner: RingOwner) => boolean): boolean {
  const { folder, name } = place;
  const found = listSetAside(folder).find((file) => {
    if (file.reason !== "foreign" || !file.name.startsWith(`${name}.`)) return false;
    const slot = slotOf(folder, file.name);
    return slot !== undefined && isOurs(slot.owner);
  });
  if (found === undefined) return false;
  renameSync(folder.at(found.name), folder.at(name));
  return true;
}

/** Nobody else takes the name between the look and the rename, because the home is locked. */
function freeName({ folder, name }: FilePlace, reason: SetAsideReason, now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  for (let number = 1; ; number++) {
    const aside = `${name}.${reason}-${time}${number === 1 ? "" : `-${number}`}`;
    if (!isThere(folder.at(aside))) return aside;
  }
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

function bytesIn(folder: HeldFolder, name: string, reason: SetAsideReason): number {
  return (
    withHeader(folder, name, (header, fileBytes) => {
      const slot = reason === "foreign" ? readSlot(header) : "not looked at";
      return typeof slot === "string" ? fileBytes : Math.max(slot.head, loadWord(header, HEAD_OFFSET)) - slot.tail;
    }) ?? 0
  );
}

function slotOf(folder: HeldFolder, name: string): Slot | undefined {
  return withHeader(folder, name, (header) => {
    const slot = readSlot(header);
    return typeof slot === "string" ? undefined : slot;
  });
}

/** Undefined for a file that is not ours, whatever its name is. */
function withHeader<T>(
  folder: HeldFolder,
  name: string,
  look: (header: Uint8Array, fileBytes: number) => T,
): T | undefined {
  let fd: number;
  try {
    fd = folder.openFile(name, { isReadOnly: true });
  } catch {
    return undefined;
  }
  try {
    const header = readHeader(fd);
    return look(header, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}
