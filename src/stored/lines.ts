import { inflated } from "../lib/inflated.ts";
import type { Compression } from "../pipeline.ts";

const LINE_END = 0x0a;

/** A line without its end. Undefined bytes: it is longer than was allowed, and was passed over. */
export interface StoredLine {
  /** The first one is 0. */
  readonly number: number;
  readonly bytes: Uint8Array | undefined;
}

/**
 * The lines of an object in order, one at a time, none longer than `maxBytes`. A last line without an end counts. Throws
 * what the reading throws, and node:zlib's error for bytes that are not as `compression` says.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
  maxBytes: number,
): AsyncGenerator<StoredLine> {
  let number = 0;
  let parts: Uint8Array[] = [];
  let held = 0;
  const add = (part: Uint8Array): void => {
    held += part.length;
    if (held <= maxBytes) parts.push(part);
    else parts = [];
  };
  const take = (): StoredLine => {
    const [only] = parts;
    const whole = parts.length === 1 ? only : Buffer.concat(parts);
    const line = { number: number++, bytes: held <= maxBytes ? whole : undefined };
    [parts, held] = [[], 0];
    return line;
  };
  for await (const chunk of compression === "none" ? chunks : inflated(chunks, compression)) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, start)) {
      add(chunk.subarray(start, end));
      start = end + 1;
      yield take();
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (held > 0) yield take();
}
