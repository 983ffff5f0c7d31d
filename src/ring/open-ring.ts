import { closeSync, fstatSync } from "node:fs";
import { errorText, systemCode } from "../lib/error-text.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { isSameMachine } from "../lib/machine-id.ts";
import type { Stream } from "../pipeline.ts";
import { FORMAT_VERSION, HEADER_BYTES, type RingOwner, type Slot } from "./layout.ts";
import { MappedMemory } from "./mapped-memory.ts";
import { readSlot, recoverLines, type Recovery } from "./recovery.ts";
import { type OnSecond, Ring, type RingState } from "./ring.ts";
import { positionReader, readHeader, removeTemporary, writeRingFile } from "./ring-file.ts";
import type { RingMemory } from "./ring-memory.ts";
import { setBytesAside, setFileAside, takeBack } from "./set-aside.ts";
import { WrittenMemory } from "./written-memory.ts";

export interface RingOptions {
  readonly folder: HeldFolder;
  /** The ring file's name in it. */
  readonly name: string;
  readonly stream: Stream;
  readonly capacityBytes: number;
  readonly owner: RingOwner;
  readonly memoryKind: RingMemory["kind"];
  /** The newest object second known from outside the file. A new file uses later ones only. */
  readonly lastSecond: number;
  readonly onSecond?: OnSecond;
  /** Replaces the clock in tests. */
  readonly now?: () => Date;
  /** As before, monotonic. */
  readonly nowMs?: () => number;
}

/** Higher positions begin again at 0, long before numbers become inexact: after years at 32 MiB a second. */
const TAIL_MAX = Number.MAX_SAFE_INTEGER / 2;

/** Something that recovery had to do, for the log and `/stats`. */
export interface RingNotice {
  readonly stream: Stream;
  readonly kind: "damaged" | "foreign" | "taken-back" | "resized" | "not-resized" | "not-mapped";
  readonly reason: string;
  /** The file that was set aside. */
  readonly file?: string;
  /** Lines that the ring goes on with. */
  readonly linesKept: number;
}

export interface OpenedRing {
  readonly ring: Ring;
  readonly notices: readonly RingNotice[];
}

/**
 * Opens the ring of one stream and goes on with what it holds: the sealed batch under its name, then the lines after
 * it. What cannot be trusted, or belongs to another owner, is set aside in a file of its own, never deleted and never
 * sent. What was set aside for this owner earlier is taken back when the ring holds nothing. Throws when something other
 * than a file of ours is in its place, see `HeldFolder.openFile`, and the system's error when the folder takes no file.
 */
export function openRing(given: RingOptions): OpenedRing {
  const notices: RingNotice[] = [];
  const notify = (kind: RingNotice["kind"], reason: string, file?: string, linesKept = 0): void => {
    notices.push({ stream: given.stream, kind, reason, linesKept, ...(file === undefined ? {} : { file }) });
  };
  // A crash may have left a half-made file; the one it should have replaced is still whole.
  removeTemporary(given);

  const own = readBack(given, notify);
  const options = { ...given, lastSecond: Math.max(given.lastSecond, own?.slot.lastSecond ?? 0) };
  const recovery = isEmpty(own) && isTakenBack(options) ? readTakenBack(options, notify) : own;
  if (recovery === undefined) return { ring: openAt(options, startNew(options), notify), notices };
  const { slot, damaged } = recovery;
  if (damaged.length > 0) {
    const file = setBytesAside(options, damaged, "damaged", timeOf(options));
    notify("damaged", "bytes of the ring have changed outside this program", file, keptLines(recovery));
  }
  if (damaged.length > 0 || slot.tail > TAIL_MAX) {
    const capacity = fits(recovery, options.capacityBytes) ? options.capacityBytes : slot.capacity;
    return { ring: openAt(options, rewrite(options, recovery, capacity), notify), notices };
  }
  const resized = resize(options, recovery, notify);
  if (resized !== undefined) return { ring: openAt(options, resized, notify), notices };
  const lastSecond = Math.max(slot.lastSecond, options.lastSecond);
  const state = { slot: { ...slot, owner: knownBest(slot.owner, options.owner), lastSecond }, head: recovery.head };
  return { ring: openAt(options, { ...state, unsealedLines: recovery.unsealed.length }, notify), notices };
}

/** Adds a notice. */
type Notify = (kind: RingNotice["kind"], reason: string, file?: string, linesKept?: number) => void;

/** What the existing file holds. Undefined when there is none, or when it was not ours and has been set aside. */
function readBack(options: RingOptions, notify: Notify): Recovery | undefined {
  const fd = openExisting(options);
  if (fd === undefined) return undefined;
  let found: Recovery | string;
  try {
    const header = readHeader(fd);
    const slot = readSlot(header);
    if (typeof slot === "string") found = slot;
    else if (slot.stream !== options.stream) found = `it is the ring of the stream ${slot.stream}`;
    else if (fstatSync(fd).size !== HEADER_BYTES + slot.capacity) found = cutText(fstatSync(fd).size, slot);
    else found = recoverLines(header, slot, positionReader(fd, slot.capacity));
  } finally {
    closeSync(fd);
  }
  if (typeof found === "string") {
    const file = setFileAside(options, "damaged", timeOf(options));
    notify("damaged", found, file);
    return undefined;
  }
  const difference = ownerDifference(found.slot.owner, options.owner);
  if (difference === undefined) return found;
  if (found.head > found.slot.tail) {
    notify("foreign", difference, setFileAside(options, "foreign", timeOf(options)));
  }
  return undefined;
}

function isEmpty(own: Recovery | undefined): boolean {
  return own === undefined || own.head === own.slot.tail;
}

/** Whether the ring file is now one that had been set aside while the agent had another `agent.id` or destination. */
function isTakenBack(options: RingOptions): boolean {
  return takeBack(options, (owner) => ownerDifference(owner, options.owner) === undefined);
}

function readTakenBack(options: RingOptions, notify: Notify): Recovery | undefined {
  const recovery = readBack(options, notify);
  if (recovery !== undefined) {
    notify("taken-back", "its lines were set aside for this owner", undefined, keptLines(recovery));
  }
  return recovery;
}

function openExisting({ folder, name }: RingOptions): number | undefined {
  try {
    return folder.openFile(name, { isReadOnly: true });
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function cutText(sizeBytes: number, slot: Slot): string {
  return `it has ${sizeBytes} bytes instead of ${HEADER_BYTES + slot.capacity}`;
}

function ownerDifference(found: RingOwner, own: RingOwner): string | undefined {
  if (!isSameMachine(found.machine, own.machine)) return "its lines are of another machine";
  if (found.agent !== own.agent) return "its lines are of another agent.id";
  if (found.destination !== own.destination) return "its lines were meant for another destination";
  return undefined;
}

/** An agent that may not read the whole id of the machine keeps the one that another agent has written. */
function knownBest(found: RingOwner, own: RingOwner): RingOwner {
  return found.machine.length > own.machine.length ? found : own;
}

/** The ring in a file of the configured size. Undefined when the old file stays: it has that size, or it has to stay. */
function resize(options: RingOptions, recovery: Recovery, notify: Notify): RingState | undefined {
  const { capacity } = recovery.slot;
  const wanted = options.capacityBytes;
  if (capacity === wanted) return undefined;
  const keep = (why: string): undefined => {
    notify("not-resized", `${capacity} bytes stay: ${why}`, undefined, keptLines(recovery));
  };
  if (!fits(recovery, wanted)) return keep(`what it holds does not fit into ${wanted} bytes`);
  try {
    const state = rewrite(options, recovery, wanted);
    notify("resized", `${capacity} bytes became ${wanted} bytes`, undefined, keptLines(recovery));
    return state;
  } catch (error) {
    return keep(errorText(error));
  }
}

/** Whether what is held fits into a ring of that size, and its longest line into half of that ring. */
function fits({ sealed, unsealed }: Recovery, capacity: number): boolean {
  const longest = unsealed.reduce((most, line) => Math.max(most, line.length), 0);
  return pendingBytes(sealed, unsealed) <= capacity && longest <= capacity / 2 + 1;
}

/** Puts what recovery found into a new file of `capacity` bytes. The sealed batch keeps its name and its bytes. */
function rewrite(options: RingOptions, recovery: Recovery, capacity: number): RingState {
  const { sealed, unsealed, slot: old } = recovery;
  const slot: Slot = {
    ...newSlot(options),
    owner: knownBest(old.owner, options.owner),
    capacity,
    head: pendingBytes(sealed, unsealed),
    highWater: pendingBytes(sealed, unsealed),
    lastSecond: Math.max(old.lastSecond, options.lastSecond),
    sealed:
      sealed === undefined || old.sealed === null
        ? null
        : { ...old.sealed, end: sealed.length, crc32: Bun.hash.crc32(sealed) },
  };
  writeRingFile(options, slot, sealed === undefined ? unsealed : [sealed, ...unsealed]);
  return { slot, head: slot.head, unsealedLines: unsealed.length };
}

function startNew(options: RingOptions): RingState {
  const slot = newSlot(options);
  writeRingFile(options, slot, []);
  return { slot, head: 0, unsealedLines: 0 };
}

/** The slot of a new and empty ring file. */
export function newSlot({ stream, capacityBytes, owner, lastSecond }: RingOptions): Slot {
  return {
    version: FORMAT_VERSION,
    generation: 0,
    stream,
    capacity: capacityBytes,
    owner,
    tail: 0,
    head: 0,
    sealed: null,
    lastSecond,
    highWater: 0,
  };
}

function openAt(options: RingOptions, state: RingState, notify: Notify): Ring {
  const { slot, head } = state;
  const lines = state.unsealedLines + (slot.sealed?.lines ?? 0);
  const memory = openMemory(options, HEADER_BYTES + slot.capacity, lines, notify);
  const start = slot.tail % slot.capacity;
  const length = head - slot.tail;
  const first = Math.min(length, slot.capacity - start);
  memory.restore(HEADER_BYTES + start, first);
  memory.restore(HEADER_BYTES, length - first);
  return new Ring(memory, state, options.onSecond, options.nowMs);
}

/** Without room on the disk for the whole file a mapping is not safe. Written through, it uses the room there is. */
function openMemory(options: RingOptions, sizeBytes: number, lines: number, notify: Notify): RingMemory {
  if (options.memoryKind === "mapped") {
    try {
      return new MappedMemory(options.folder.openFile(options.name), sizeBytes);
    } catch (error) {
      notify("not-mapped", errorText(error), undefined, lines);
    }
  }
  return new WrittenMemory(options.folder.openFile(options.name), sizeBytes);
}

function pendingBytes(sealed: Uint8Array | undefined, unsealed: readonly Uint8Array[]): number {
  return unsealed.reduce((sum, line) => sum + line.length, sealed?.length ?? 0);
}

function keptLines({ sealed, unsealed, slot }: Recovery): number {
  return unsealed.length + (sealed === undefined ? 0 : (slot.sealed?.lines ?? 0));
}

function timeOf({ now }: RingOptions): Date {
  return now?.() ?? new Date();
}
