/**
 * What makes each request a new one: where a prebuilt body holds one of the marks below, every request gets a value of
 * its own, as long as the mark. So no two bodies are equal, and nothing has to be encoded anew while it is measured.
 */
import type { Encoding } from "../../src/otlp/export-request.ts";

/** Put these where ids, times and values should be new in each request. */
export const MARK = {
  traceId: Buffer.from("f1e2d3c4b5a6978897a6b5c4d3e2f101", "hex"),
  spanId: Buffer.from("0f1e2d3c4b5a6978", "hex"),
  unixNano: "1763826000246813579",
  /** In a text. */
  count: "86420975",
  integer: "4297531864209",
  double: 42.31415926535897,
} as const;

/** How a place is written: random bytes, the same as hex digits, or a counter as decimal digits or as 32 bits. */
const WAY = { bytes8: 0, hex16: 1, digits8: 2, low32: 3 } as const;
type Way = (typeof WAY)[keyof typeof WAY];

interface Needle {
  readonly bytes: Buffer;
  /** Where in the mark it is written, and how. */
  readonly writes: readonly (readonly [at: number, way: Way])[];
}

const NEEDLES: Readonly<Record<Encoding, readonly Needle[]>> = {
  json: [
    text(MARK.traceId.toString("hex"), [0, WAY.hex16], [16, WAY.hex16]),
    text(MARK.spanId.toString("hex"), [0, WAY.hex16]),
    text(MARK.unixNano, [11, WAY.digits8]),
    text(MARK.count, [0, WAY.digits8]),
    text(MARK.integer, [5, WAY.digits8]),
    text(String(MARK.double), [3, WAY.digits8]),
  ],
  protobuf: [
    {
      bytes: MARK.traceId,
      writes: [
        [0, WAY.bytes8],
        [8, WAY.bytes8],
      ],
    },
    { bytes: MARK.spanId, writes: [[0, WAY.bytes8]] },
    { bytes: int64(MARK.unixNano), writes: [[0, WAY.low32]] },
    text(MARK.count, [0, WAY.digits8]),
    { bytes: int64(MARK.integer), writes: [[0, WAY.low32]] },
    { bytes: float64(MARK.double), writes: [[0, WAY.low32]] },
  ],
};

/** Where `body` has its marks, for {@link renew}: each number is four times a place and the way to write there. */
export function marksOf(body: Uint8Array, encoding: Encoding): Uint32Array {
  const marks: number[] = [];
  for (const { bytes, writes } of NEEDLES[encoding]) {
    const haystack = Buffer.from(body.buffer, body.byteOffset, body.length);
    for (let at = haystack.indexOf(bytes); at >= 0; at = haystack.indexOf(bytes, at + bytes.length)) {
      for (const [offset, way] of writes) marks.push((at + offset) * 4 + way);
    }
  }
  if (marks.length === 0) throw new Error("Cannot make a body new for each request: it has no mark");
  // In the order of memory: what is slow is to bring it into the processor's cache.
  return Uint32Array.from(marks).sort();
}

// All numbers below stay within 31 bits: beyond them JavaScript takes ten times as long.
const HEX4 = Int32Array.from({ length: 65_536 }, (_, n) => word(n.toString(16).padStart(4, "0")));
const DIGITS4 = Int32Array.from({ length: 10_000 }, (_, n) => word(String(n).padStart(4, "0")));

/** Eight decimal digits in two halves. 50,003 (as if ns) a step: 100 million steps until one comes back. */
let upperDigits = 0;
let lowerDigits = 0;
let random = 0x1e37_79b9;

/** Writes new values at `marks` of `bytes`, which lie `shift` bytes behind where they were found. */
export function renew(bytes: DataView, marks: Uint32Array, shift = 0): void {
  for (let n = 0; n < marks.length; n++) {
    const mark = marks[n] ?? 0;
    const at = (mark >>> 2) + shift;
    const way = mark & 3;
    if (way === WAY.hex16) {
      putHex8(bytes, at);
      putHex8(bytes, at + 8);
    } else if (way === WAY.bytes8) {
      bytes.setInt32(at, nextRandom());
      bytes.setInt32(at + 4, nextRandom());
    } else {
      stepDigits();
      if (way === WAY.low32) {
        bytes.setInt32(at, upperDigits * 10_000 + lowerDigits, true);
      } else {
        bytes.setInt32(at, DIGITS4[upperDigits] ?? 0);
        bytes.setInt32(at + 4, DIGITS4[lowerDigits] ?? 0);
      }
    }
  }
}

function stepDigits(): void {
  upperDigits += 5;
  lowerDigits += 3;
  if (lowerDigits >= 10_000) {
    lowerDigits -= 10_000;
    upperDigits++;
  }
  if (upperDigits >= 10_000) upperDigits -= 10_000;
}

function putHex8(bytes: DataView, at: number): void {
  const bits = nextRandom();
  bytes.setInt32(at, HEX4[bits >>> 16] ?? 0);
  bytes.setInt32(at + 4, HEX4[bits & 0xffff] ?? 0);
}

/** Xorshift: 32 bits that do not repeat for 4 billion calls. */
function nextRandom(): number {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return random;
}

function word(fourChars: string): number {
  return Buffer.from(fourChars).readUInt32BE();
}

function text(mark: string, ...writes: readonly (readonly [at: number, way: Way])[]): Needle {
  return { bytes: Buffer.from(mark), writes };
}

function int64(value: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
