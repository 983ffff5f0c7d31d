import { readFileSync, writeFileSync } from "node:fs";
import { HEAD_COPY_OFFSET, HEADER_BYTES, IN_FORCE_OFFSET, SLOT_BYTES, SLOT_OFFSETS } from "../../src/ring/layout.ts";
import type { Random } from "./random.ts";

/** The file of a ring, as it lies on the disk while no agent runs, and what it was some moments earlier. */
export interface RingFile {
  readonly path: string;
  /** Its first 16 KiB before the last attempts were taken. */
  readonly earlierHeader: Uint8Array;
  /** The ring file of another stream. */
  readonly otherPath: string;
}

/** One way to damage it. */
export interface Damage {
  readonly name: string;
  /** True when bytes of acknowledged lines are gone from the disk: nobody can bring those back. */
  readonly destroys: boolean;
  readonly apply: (file: RingFile, random: Random) => void;
}

export const DAMAGES: readonly Damage[] = [
  { name: "ring file cut", destroys: true, apply: change((bytes, random) => bytes.subarray(0, random.int(0, 60_000))) },
  { name: "ring header, one bit flipped", destroys: false, apply: change(flipHeaderBit) },
  {
    name: "ring file of a future version",
    destroys: false,
    apply: change((bytes) => editSlot(bytes, ["version"], 99)),
  },
  {
    name: "ring file of another stream",
    destroys: true,
    apply: ({ path, otherPath }) => writeFileSync(path, readFileSync(otherPath)),
  },
  {
    name: "ring of another machine",
    destroys: false,
    apply: change((bytes) => editSlot(bytes, ["owner", "machine"], "somebody-else")),
  },
  { name: "ring payload damaged before sealing", destroys: true, apply: change((bytes) => spoil(bytes, "unsealed")) },
  { name: "ring payload damaged after sealing", destroys: true, apply: change((bytes) => spoil(bytes, "sealed")) },
  {
    name: "old header with newer payload",
    destroys: true,
    apply: ({ path, earlierHeader }) => {
      const bytes = readFileSync(path);
      bytes.set(earlierHeader, 0);
      writeFileSync(path, bytes);
    },
  },
  { name: "ring file of zeros", destroys: true, apply: change((bytes) => bytes.fill(0)) },
];

function change(edit: (bytes: Buffer, random: Random) => Uint8Array): Damage["apply"] {
  return ({ path }, random) => writeFileSync(path, edit(readFileSync(path), random));
}

/** In the words, or in one of the slots: everywhere a bit means something. */
function flipHeaderBit(bytes: Buffer, random: Random): Buffer {
  const places = [0, 64, HEAD_COPY_OFFSET, IN_FORCE_OFFSET].map((offset) => offset + random.int(0, 7));
  const slot = slotInForce(bytes);
  const at = random.pick([...places, slot + random.int(0, 200), slot + random.int(0, 200)]);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(0, 7));
  return bytes;
}

function slotInForce(bytes: Buffer): number {
  return SLOT_OFFSETS[Number(bytes.readBigUInt64LE(IN_FORCE_OFFSET) % 2n)] ?? SLOT_OFFSETS[0];
}

function slotOf(bytes: Buffer): Record<string, unknown> {
  const at = slotInForce(bytes);
  return JSON.parse(bytes.subarray(at + 8, at + 8 + bytes.readUInt32LE(at + 4)).toString());
}

/** Sets one field of the slot in force and makes its checksum right again. */
function editSlot(bytes: Buffer, [key = "", inner]: readonly string[], value: unknown): Buffer {
  const at = slotInForce(bytes);
  const slot = slotOf(bytes);
  slot[key] = inner === undefined ? value : { ...Object(slot[key]), [inner]: value };
  const text = Buffer.from(JSON.stringify(slot));
  bytes.fill(0, at, at + SLOT_BYTES);
  bytes.writeUInt32LE(text.length, at + 4);
  text.copy(bytes, at + 8);
  bytes.writeUInt32LE(Bun.hash.crc32(bytes.subarray(at + 4, at + 8 + text.length)), at);
  return bytes;
}

/** Puts a byte that no JSON has into the first line of the range. Rings in this scenario have not wrapped. */
function spoil(bytes: Buffer, range: "sealed" | "unsealed"): Buffer {
  const { tail, sealed, capacity } = slotOf(bytes);
  const from = range === "sealed" ? Number(tail) : Number(Object(sealed).end ?? tail);
  bytes[HEADER_BYTES + ((from + 20) % Number(capacity))] = 0;
  return bytes;
}
