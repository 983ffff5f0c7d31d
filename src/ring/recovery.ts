import {
  decodeSlot,
  HEAD_COPY_OFFSET,
  HEAD_OFFSET,
  HEADER_BYTES,
  IN_FORCE_OFFSET,
  MAGIC,
  slotOffset,
  type Slot,
} from "./layout.ts";
import { isJsonLine, linesOf } from "./lines.ts";
import { loadWord } from "./ring-memory.ts";

/** Reads `length` bytes of the payload from position `from`; fewer where the file has been cut. A copy. */
export type ReadPositions = (from: number, length: number) => Uint8Array;

/** What a ring file holds. Reading it changes nothing. */
export interface Recovery {
  readonly slot: Slot;
  /** The bytes of the sealed batch, if their checksum is right. */
  readonly sealed: Uint8Array | undefined;
  /** The lines after it that are whole and JSON, each with its end. */
  readonly unsealed: readonly Uint8Array[];
  /** What cannot be trusted: a sealed batch with a wrong checksum, lines that are not JSON. */
  readonly damaged: readonly Uint8Array[];
  /** The committed head. If nothing is damaged, the ring goes on from here in the same file. */
  readonly head: number;
}

/**
 * Reads the header of a ring file: the slot in force, or a text that says why the file cannot be trusted.
 * A crash at any store leaves a slot in force that passes; one that does not is damage.
 */
export function readSlot(header: Uint8Array): Slot | string {
  if (header.length < HEADER_BYTES) return "it is shorter than its header";
  if (Buffer.from(header.subarray(0, MAGIC.length)).toString("latin1") !== MAGIC) return "it is not a ring file";
  const generation = loadWord(header, IN_FORCE_OFFSET);
  const slot = decodeSlot(header, slotOffset(generation));
  if (typeof slot === "string") return `its header is damaged: ${slot}`;
  return slot.generation === generation ? slot : "its header is damaged: the slot in force is another one";
}

/**
 * Finds the committed lines. Never throws for what the file holds, and never returns bytes that were not committed. Of
 * the two copies of the head the smaller one that fits counts, because the second copy is stored later. If neither has
 * reached the slot's own head, that one counts.
 */
export function recoverLines(header: Uint8Array, slot: Slot, read: ReadPositions): Recovery | string {
  const head = committedHead(header, slot, read);
  if (head === undefined) return "its header is damaged: neither copy of the head is possible";
  const bytes = read(slot.tail, head - slot.tail);
  const damaged: Uint8Array[] = [];

  let sealed: Uint8Array | undefined;
  const sealedBytes = slot.sealed === null ? 0 : Math.min(slot.sealed.end, head) - slot.tail;
  if (slot.sealed !== null) {
    const range = bytes.subarray(0, sealedBytes);
    if (slot.sealed.end <= head && Bun.hash.crc32(range) === slot.sealed.crc32) sealed = range;
    else damaged.push(range);
  }

  const unsealed: Uint8Array[] = [];
  const behind = bytes.subarray(sealedBytes);
  for (const line of linesOf(behind)) (isJsonLine(line) ? unsealed : damaged).push(line);
  // A crash leaves nothing after the last line end. A power loss may: pages that were not written back.
  const rest = behind.subarray(behind.lastIndexOf(0x0a) + 1);
  if (rest.length > 0) damaged.push(rest);
  return { slot, sealed, unsealed, damaged, head };
}

function committedHead(header: Uint8Array, { tail, head, capacity }: Slot, read: ReadPositions): number | undefined {
  const copies = [loadWord(header, HEAD_OFFSET), loadWord(header, HEAD_COPY_OFFSET)].toSorted((a, b) => a - b);
  const possible = copies.filter((copy) => copy >= head && copy <= tail + capacity);
  const atLineEnd = possible.find((copy) => copy === tail || read(copy - 1, 1)[0] === 0x0a);
  if (atLineEnd !== undefined) return atLineEnd;
  if (possible[0] !== undefined) return possible[0];
  // A crash in the middle of a rewind: neither word has followed the slot yet.
  return copies.every((copy) => copy < head) ? head : undefined;
}
