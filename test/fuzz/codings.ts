/** Content encodings: right, wrong, damaged, and bombs. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { CONTENT_ENCODINGS, type ContentEncoding } from "../../src/http/content-encoding.ts";
import type { Random } from "../chaos/random.ts";
import { randomBytes, someLength, type Weighted, weighted } from "./choice.ts";
import { damaged } from "./damage.ts";

/** A body as it is sent, and the header that says so. */
export interface Coded {
  readonly body: Uint8Array;
  /** Content-Encoding; undefined: no such header. */
  readonly header: string | undefined;
  /** What the header means; undefined: nothing that is taken. */
  readonly meaning: ContentEncoding | "identity" | undefined;
  /** The body cannot be read as the header says, whatever a decompressor makes of it. */
  readonly isBroken: boolean;
}

/** Far above every limit when it is decompressed. */
const BOMB_BYTES = 32 * 1024 * 1024;
/** The fast levels: this is about the reader. */
const COMPRESSORS: Readonly<Record<ContentEncoding, (body: Uint8Array) => Uint8Array>> = {
  gzip: (body) => gzipSync(body, { level: 1 }),
  deflate: (body) => deflateSync(body, { level: 1 }),
  zstd: (body) => zstdCompressSync(body),
};
const NAMES: readonly (readonly [ContentEncoding, string])[] = [
  ["gzip", "gzip"],
  ["gzip", "GZIP"],
  ["gzip", "x-gzip"],
  ["deflate", "deflate"],
  ["deflate", "Deflate"],
  ["zstd", "zstd"],
];
/** Names of nothing that is taken, RFC 9110's lists among them. */
const UNKNOWN = [
  "br",
  "compress",
  "snappy",
  "gzip, gzip",
  "gzip,",
  "identity, gzip",
  "*",
  "gzip;q=1",
  "x",
  "g zip",
  "é",
];

type Code = (body: Uint8Array, random: Random) => Coded;

const CODES: Weighted<Code> = [
  [60, uncoded],
  [
    2,
    (body, random) => ({ body, header: random.pick(["identity", "Identity"]), meaning: "identity", isBroken: false }),
  ],
  [16, (body, random) => compressed(random, (compress) => compress(body))],
  // Parts that follow each other: one body for gzip and zstd, while a zlib stream is one.
  [3, (body, random) => inParts(body, random)],
  [4, (body, random) => compressed(random, (compress) => damaged(compress(body), random))],
  [3, (body, random) => compressed(random, (compress) => shortened(compress(body), random), true)],
  [3, (body, random) => compressed(random, (compress) => Buffer.concat([compress(body), behind(body, random)]), true)],
  // The sender says one thing and does another.
  [2, (body, random) => compressed(random, () => body)],
  [1, (body, random) => compressed(random, (compress) => compress(compress(body)))],
  [1, (body, random) => compressed(random, () => deflateRawSync(body))],
  [2, (body, random) => ({ body: gzipSync(body), header: random.pick(UNKNOWN), meaning: undefined, isBroken: false })],
  [1, (body) => ({ body: brotliCompressSync(body), header: "br", meaning: undefined, isBroken: false })],
  [1, (_, random) => bomb(random)],
];

/** `body` as it is. */
export function uncoded(body: Uint8Array): Coded {
  return { body, header: undefined, meaning: "identity", isBroken: false };
}

/** `body` in some coding. */
export function coded(body: Uint8Array, random: Random): Coded {
  return weighted(random, CODES)(body, random);
}

function compressed(
  random: Random,
  make: (compress: (body: Uint8Array) => Uint8Array, meaning: ContentEncoding) => Uint8Array,
  isBroken = false,
): Coded {
  const [meaning, header] = random.pick(NAMES);
  return { body: make(COMPRESSORS[meaning], meaning), header, meaning, isBroken };
}

function inParts(body: Uint8Array, random: Random): Coded {
  const cuts = [0, random.int(0, body.length), body.length];
  const coding = random.pick(["gzip", "zstd"] as const);
  const compress = COMPRESSORS[coding];
  const parts = cuts.slice(1).map((end, n) => compress(body.subarray(cuts[n], end)));
  return { body: Buffer.concat(parts), header: coding, meaning: coding, isBroken: false };
}

function shortened(body: Uint8Array, random: Random): Uint8Array {
  return body.subarray(0, random.chance(0.3) ? body.length - 1 : random.int(0, body.length - 1));
}

/** Anything but a part that could follow: zeros, text, the beginning of another stream, a zlib stream. */
function behind(body: Uint8Array, random: Random): Uint8Array {
  return random.pick([
    new Uint8Array(random.pick([1, 8, 3000])),
    Buffer.from("\r\n"),
    randomBytes(random, someLength(random, 50)),
    gzipSync(body).subarray(0, random.int(1, 12)),
    deflateSync(body),
    Buffer.concat([new Uint8Array(1), gzipSync(body)]),
  ]);
}

const bombs = new Map<ContentEncoding, Uint8Array>();

function bomb(random: Random): Coded {
  const coding = random.pick(CONTENT_ENCODINGS);
  const body = bombs.get(coding) ?? COMPRESSORS[coding](new Uint8Array(BOMB_BYTES).fill(0x20));
  bombs.set(coding, body);
  return { body, header: coding, meaning: coding, isBroken: false };
}
