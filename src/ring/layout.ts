import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { COMPRESSIONS, type ObjectForm, OBJECT_SUFFIXES, PLAIN_FORM, STREAMS } from "../pipeline.ts";

/**
 * Where everything is in a ring file, and how a header slot is written and read. README.md in this folder draws it.
 * Numbers are little-endian; each of the three words is an aligned 8-byte integer, always stored as a whole.
 */
export const FORMAT_VERSION = 3;
/**
 * What a slot says that needs nothing of version 3: earlier programs read it. They must not read a sealed batch with a
 * form, because they would store it a second time under another key.
 */
const PLAIN_VERSION = 2;
export const MAGIC = "WARPRING";
/** First copy of `head`. */
export const HEAD_OFFSET = 64;
/** Second copy of `head`, stored after the first. */
export const HEAD_COPY_OFFSET = 128;
/** Generation of the slot in force; the slot is `generation mod 2`. */
export const IN_FORCE_OFFSET = 192;
export const SLOT_OFFSETS = [4096, 8192] as const;
export const SLOT_BYTES = 4096;
/** The payload begins here: a multiple of every page size in use (4, 16 KiB). */
export const HEADER_BYTES = 16384;
/** A slot begins with the CRC32 of what follows, then the length of its text. */
const SLOT_PREFIX_BYTES = 8;

const Position = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Whose lines these are. Lines of another owner are set aside and never sent. */
const RingOwner = Type.Object({ machine: Type.String(), agent: Type.String(), destination: Type.String() });
export type RingOwner = Readonly<Static<typeof RingOwner>>;

const SealedForm = Type.Object({
  folder: Type.String(),
  suffix: Type.Union(OBJECT_SUFFIXES.map((suffix) => Type.Literal(suffix))),
  compression: Type.Union(COMPRESSIONS.map((compression) => Type.Literal(compression))),
  compressor: Type.String(),
});

/**
 * The sealed batch as the header keeps it: the bytes from `tail` to `end`. Its object name is made of `second` (UTC).
 * `place` is its folder in the destination. `isSent` is true while an attempt may have stored it. Without `form` it has
 * the plain one.
 */
const SealedRange = Type.Object({
  end: Position,
  lines: Position,
  crc32: Position,
  second: Position,
  place: Type.String(),
  isSent: Type.Boolean(),
  form: Type.Optional(SealedForm),
});
export type SealedRange = Readonly<Static<typeof SealedRange>>;

/**
 * What a header slot holds. Positions only grow; byte p lies at p mod capacity. `head` is the head when the slot was
 * written: an earlier one in the words has not followed yet. `lastSecond` is the newest second ever used for an object
 * name of this stream, 0 when there is none. When the slot was written, only the first `highWater` bytes of the payload
 * had ever been used. Without it any of them may have been, by an earlier version.
 */
const Slot = Type.Object({
  version: Type.Union([Type.Literal(FORMAT_VERSION), Type.Literal(PLAIN_VERSION)]),
  generation: Position,
  stream: Type.Union(STREAMS.map((stream) => Type.Literal(stream))),
  capacity: Type.Integer({ minimum: 1 }),
  owner: RingOwner,
  tail: Position,
  head: Position,
  sealed: Type.Union([SealedRange, Type.Null()]),
  lastSecond: Position,
  highWater: Type.Optional(Position),
});
export type Slot = Readonly<Static<typeof Slot>>;
const AnyVersion = Type.Object({ version: Type.Integer() });

/** The offset of the slot of this generation. The two slots take turns, so the one in force is never written. */
export function slotOffset(generation: number): number {
  return generation % 2 === 0 ? SLOT_OFFSETS[0] : SLOT_OFFSETS[1];
}

/**
 * The bytes of a slot, which says the oldest version that it is right for. They have to be in the file before the slot is
 * taken into force.
 */
export function encodeSlot(slot: Slot): Uint8Array {
  const version = slot.sealed?.form === undefined ? PLAIN_VERSION : FORMAT_VERSION;
  const text = Buffer.from(JSON.stringify({ ...slot, version }));
  if (text.length > SLOT_BYTES - SLOT_PREFIX_BYTES) {
    throw new RangeError(`Cannot write a ring header: ${text.length} bytes, at most ${SLOT_BYTES - SLOT_PREFIX_BYTES}`);
  }
  const bytes = new Uint8Array(SLOT_PREFIX_BYTES + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, text.length, true);
  bytes.set(text, SLOT_PREFIX_BYTES);
  view.setUint32(0, Bun.hash.crc32(bytes.subarray(4)), true);
  return bytes;
}

/** Reads the slot at `offset` of a file's `header`. A text instead of a slot says what is wrong with it. */
export function decodeSlot(header: Uint8Array, offset: number): Slot | string {
  const view = new DataView(header.buffer, header.byteOffset + offset, SLOT_BYTES);
  const length = view.getUint32(4, true);
  if (length > SLOT_BYTES - SLOT_PREFIX_BYTES) return "its length is out of range";
  const checked = header.subarray(offset + 4, offset + SLOT_PREFIX_BYTES + length);
  if (Bun.hash.crc32(checked) !== view.getUint32(0, true)) return "its checksum does not match";
  const slot = parseJson(checked.subarray(4));
  if (Value.Check(AnyVersion, slot) && slot.version !== FORMAT_VERSION && slot.version !== PLAIN_VERSION) {
    return `it has format version ${slot.version}, this program reads ${PLAIN_VERSION} and ${FORMAT_VERSION}`;
  }
  return Value.Check(Slot, slot) && isInOrder(slot) ? slot : "its fields are not those of a ring header";
}

/** As a slot keeps it: nothing for the plain form, so that earlier programs can read on. */
export function keptForm(form: ObjectForm): Pick<SealedRange, "form"> {
  const { folder, suffix, compression, compressor } = form;
  const isPlain = folder === "" && suffix === PLAIN_FORM.suffix && compression === PLAIN_FORM.compression;
  return isPlain ? {} : { form: { folder, suffix, compression, compressor } };
}

function isInOrder({ tail, sealed, head, capacity }: Slot): boolean {
  const isSealedInside = sealed === null || (sealed.end > tail && sealed.end <= head);
  return isSealedInside && tail <= head && head <= tail + capacity;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
