/** Protobuf as encoders write it, as they might, and as nobody should. */
import type { Random } from "../chaos/random.ts";
import { bytes, fixed32, fixed64, tag, varint } from "../otlp/wire-bytes.ts";
import { randomBytes, someLength, type Weighted, weighted } from "./choice.ts";
import { damaged, replaced } from "./damage.ts";

/** One field: all its bytes, and where its payload begins when it is length-delimited. */
interface Part {
  readonly bytes: Uint8Array;
  readonly number: number;
  readonly payloadAt: number | undefined;
}

/** Below, at and above the limit of 100 messages, and far beyond any stack. */
const DEPTHS: readonly number[] = [3, 40, 47, 48, 98, 99, 100, 101, 1000, 20_000];
const OVERLONG = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
const ODD_FIELDS: readonly ((random: Random) => readonly number[])[] = [
  // Unknown to OTLP, of every wire type.
  (random) => [...tag(random.int(1, 2000), 0), ...varint(BigInt(random.int(0, 2 ** 50)) ** 2n)],
  (random) => fixed64(random.int(1, 30), BigInt(random.int(0, 2 ** 50))),
  (random) => fixed32(random.int(1, 30), random.int(0, 2 ** 32 - 1)),
  (random) => bytes(random.int(1, 30), [...randomBytes(random, someLength(random, 30))]),
  (random) => [...tag(7, 3), ...varint(random.int(8, 400)), ...tag(7, 4)],
  (random) => Array.from({ length: random.pick(DEPTHS) }, () => tag(9, 3)).flat(),
  // No field at all.
  () => tag(0, 2),
  () => OVERLONG,
  (random) => [...tag(random.int(1, 12), 0), ...OVERLONG],
  (random) => [
    ...tag(random.int(1, 12), 2),
    ...varint(random.pick([127, 2 ** 31, 2 ** 32, 2n ** 63n, 2n ** 64n - 1n])),
  ],
  (random) => tag(random.int(1, 12), random.int(4, 7)),
  // A tag and a length that take more bytes than they need.
  () => [0x8a, 0x80, 0x00, 0x82, 0x00, 0x0a, 0x00],
  // Nested values: an AnyValue in a list in a list …
  (random) => nested(random.pick(DEPTHS)),
  (random) =>
    bytes(1, bytes(2, bytes(2, bytes(5, [...tag(1, 2), ...varint(6), 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80])))).slice(
      random.pick([0, 0, 2]),
    ),
];

const CHANGES: Weighted<(body: Uint8Array, random: Random) => Uint8Array> = [
  [40, (body) => body],
  [35, (body, random) => rearranged(body, random, 0)],
  [15, damaged],
  [5, (_, random) => randomBytes(random, someLength(random, 200))],
  [3, (body) => Buffer.concat([body, body])],
  // Whole before its end comes: a sender that breaks off there must not find it stored.
  [5, (body) => Buffer.concat([body, Uint8Array.from([...tag(100, 2), 3, 1, 2, 3])])],
  [2, () => new Uint8Array(0)],
];

/** A body made of `valid`, a message; some bodies are `valid` itself. */
export function protobufBody(valid: Uint8Array, random: Random): Uint8Array {
  return weighted(random, CHANGES)(valid, random);
}

/** One change among the fields of the message, or of a message inside it. */
function rearranged(message: Uint8Array, random: Random, depth: number): Uint8Array {
  const parts = partsOf(message);
  if (parts.length === 0) return Uint8Array.from(random.pick(ODD_FIELDS)(random));
  const at = random.int(0, parts.length - 1);
  const part = parts[at];
  const inside = part?.payloadAt === undefined ? undefined : part.bytes.subarray(part.payloadAt);
  if (part !== undefined && inside !== undefined && inside.length > 0 && depth < 12 && random.chance(0.7)) {
    const changed = delimited(part.number, rearranged(inside, random, depth + 1));
    return Buffer.concat(parts.map((other) => (other === part ? changed : other.bytes)));
  }
  const all = parts.map((other) => other.bytes);
  const odd = (): Uint8Array => Uint8Array.from(random.pick(ODD_FIELDS)(random));
  const own = part?.bytes ?? new Uint8Array(0);
  const changes: readonly (() => unknown)[] = [
    () => all.splice(at, 0, odd()),
    () => all.splice(at, 1, odd()),
    () => all.splice(at, 1),
    // Twice, somewhere else too: the last one wins, messages merge.
    () => all.splice(random.int(0, all.length), 0, own),
    () => all.splice(at, 1, ...Array.from({ length: someLength(random, 200) }, () => own)),
    () => all.splice(0, all.length, ...all.toReversed()),
    // The same payload under another number or wire type.
    () => all.splice(at, 1, replaced(own, 0, 1, tag(random.int(1, 15), random.pick([0, 1, 2, 2, 2, 5])))),
  ];
  random.pick(changes)();
  return Buffer.concat(all);
}

/** The fields of a message; what cannot be read is one last part. */
function partsOf(message: Uint8Array): Part[] {
  const parts: Part[] = [];
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let shift = 0; at < message.length; shift += 7) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  while (at < message.length) {
    const start = at;
    const key = read();
    let payloadAt: number | undefined;
    let length = Number.NaN;
    if (key % 8 === 0) length = read() * 0;
    if (key % 8 === 1) length = 8;
    if (key % 8 === 5) length = 4;
    if (key % 8 === 2) {
      length = read();
      payloadAt = at - start;
    }
    if (!(at + length <= message.length))
      return [...parts, { bytes: message.subarray(start), number: 0, payloadAt: undefined }];
    at += length;
    parts.push({ bytes: message.subarray(start, at), number: Math.floor(key / 8), payloadAt });
  }
  return parts;
}

/** A length-delimited field. */
export function delimited(number: number, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...tag(number, 2), ...varint(payload.length)]), payload]);
}

/** The body of a log record in so many lists. Of 20,000 only the outermost lengths are right. */
function nested(lists: number): readonly number[] {
  let value: readonly number[] = [];
  for (let n = 0; n < Math.min(lists, 120); n++) value = bytes(5, bytes(1, value));
  const deepest = lists > 120 ? Array.from({ length: lists }, () => [0x2a, 0x7f, 0x0a, 0x7d]).flat() : value;
  return bytes(1, bytes(2, bytes(2, bytes(5, deepest))));
}
