/** What benches send: bodies that differ, and where each gets new ids before it is sent. */
import { gzipSync } from "node:zlib";
import type { Encoding } from "../../src/otlp/export-request.ts";
import type { Signal } from "../../src/pipeline.ts";
import { encode, otlpJson, REQUEST_TYPES } from "../otlp/oracle.ts";
import { marksOf, renew } from "./marks.ts";
import type { Shape } from "./shapes.ts";

export interface Body {
  readonly bytes: Uint8Array;
  /** Where ids, times and counts are written anew before each request; none in a compressed body. */
  readonly marks: Uint32Array;
}

export interface Workload {
  readonly name: string;
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly isGzip: boolean;
  /** Log records or data points in one body. */
  readonly records: number;
  /** Mean length of a body before compression. */
  readonly plainBytes: number;
  /** Sent in turn. */
  readonly bodies: readonly Body[];
}

/** Bodies of a workload that are made new for each request. */
const PLAIN_BODIES = 64;
/** To compress a body anew takes longer than to receive it, so there are more of them instead. */
const GZIP_BODIES = 256;
export const BODIES_NOTE =
  `${PLAIN_BODIES} different bodies in turn, with new ids, times and counts in each request; ` +
  `compressed ones are ${GZIP_BODIES} that were made before, because to compress one takes longer than to receive it.`;

/** The `n`th body of `shape` before compression. */
export function plainBody(shape: Shape, encoding: Encoding, n = 0): Uint8Array {
  const type = REQUEST_TYPES[shape.signal];
  const protobuf = encode(type, shape.request(n));
  return encoding === "protobuf" ? protobuf : Buffer.from(JSON.stringify(otlpJson(type, protobuf)));
}

/** `shape` as it is sent. `count` bodies; default 64, or 256 compressed ones. */
export function workload(shape: Shape, encoding: Encoding, isGzip = false, count?: number): Workload {
  let plainBytes = 0;
  const bodies = Array.from({ length: count ?? (isGzip ? GZIP_BODIES : PLAIN_BODIES) }, (_, n): Body => {
    const bytes = plainBody(shape, encoding, n);
    plainBytes += bytes.length;
    const marks = marksOf(bytes, encoding);
    if (!isGzip) return { bytes, marks };
    renew(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), marks);
    return { bytes: gzipSync(bytes), marks: new Uint32Array() };
  });
  return {
    name: workloadName(shape, encoding, isGzip),
    signal: shape.signal,
    encoding,
    isGzip,
    records: shape.records,
    plainBytes: plainBytes / bodies.length,
    bodies,
  };
}

export function workloadName({ name }: Shape, encoding: Encoding, isGzip: boolean): string {
  return `${name}, ${encoding}${isGzip ? " gzip" : ""}`;
}

/** The head of the HTTP request with `body`. */
export function requestHead({ signal, encoding, isGzip }: Workload, body: Body): Uint8Array {
  const contentType = encoding === "json" ? "application/json" : "application/x-protobuf";
  const lines = [
    `POST /v1/${signal} HTTP/1.1`,
    "host: 127.0.0.1",
    `content-type: ${contentType}`,
    `content-length: ${body.bytes.length}`,
    ...(isGzip ? ["content-encoding: gzip"] : []),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
}
