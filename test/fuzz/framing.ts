/** How the end of a body is found: by its length, or in chunks. */
import type { Random } from "../chaos/random.ts";
import { someLength } from "./choice.ts";

export interface Framed {
  readonly header: readonly [name: string, value: string] | undefined;
  readonly bytes: Uint8Array;
  /** Bytes at the end that belong to the framing: before them the body is there. */
  readonly closingBytes: number;
}

/** HTTP/1.0 knows no chunks. */
export function framed(body: Uint8Array, random: Random, mayBeChunked: boolean): Framed {
  if (body.length === 0 && random.chance(0.3)) return { header: undefined, bytes: body, closingBytes: 0 };
  if (!mayBeChunked || random.chance(0.7)) {
    const zeros = random.chance(0.02) ? "000" : "";
    return { header: ["content-length", zeros + String(body.length)], bytes: body, closingBytes: 0 };
  }
  return { header: ["transfer-encoding", "chunked"], bytes: chunked(body, random), closingBytes: CLOSING.length };
}

const CLOSING = "0\r\n\r\n";

function chunked(body: Uint8Array, random: Random): Uint8Array {
  const most = random.pick([1, 10, 1000, 100_000, body.length]);
  // A body of a megabyte in chunks of a byte would be about the fuzzer's own speed.
  const least = Math.ceil(body.length / 500);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const size = Math.min(body.length - at, Math.max(least, someLength(random, most)));
    const hex = size.toString(16);
    const written =
      random.pick([hex, hex, hex.toUpperCase(), `00${hex}`]) + random.pick(["", "", "", ";a=b", ';a="b"']);
    pieces.push(Buffer.from(`${written}\r\n`), body.subarray(at, at + size), Buffer.from("\r\n"));
    at += size;
  }
  return Buffer.concat([...pieces, Buffer.from(CLOSING)]);
}
