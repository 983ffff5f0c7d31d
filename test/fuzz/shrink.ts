/** A smaller request with the same fault, for whoever has to understand it. */

/** Enough for a head line by line and for a short body. */
const TRIES_MAX = 300;

/** `bytes` without header lines and parts of the body that `isBad` does not need. */
export async function shrunk(bytes: Uint8Array, isBad: (bytes: Uint8Array) => Promise<boolean>): Promise<Uint8Array> {
  let tries = 0;
  let best = partsOf(bytes);
  const accept = async (smaller: Parts): Promise<boolean> => {
    if (tries++ >= TRIES_MAX || !(await isBad(bytesOf(smaller)))) return false;
    best = smaller;
    return true;
  };
  for (let line = best.lines.length - 1; line > 0; line--) {
    await accept({ ...best, lines: best.lines.toSpliced(line, 1) });
  }
  for (let size = best.body.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.body.length;) {
      const body = Buffer.concat([best.body.subarray(0, at), best.body.subarray(at + size)]);
      if (!(await accept({ ...best, body }))) at += size;
    }
  }
  return bytesOf(best);
}

interface Parts {
  readonly lines: readonly string[];
  readonly body: Uint8Array;
  /** Content-Length tells the length of the body, and goes on to do so. */
  readonly hasLength: boolean;
}

const LENGTH = /^(content-length:\s*)(\d+)(\s*)$/i;

function partsOf(bytes: Uint8Array): Parts {
  const text = Buffer.from(bytes).toString("latin1");
  const found = text.indexOf("\r\n\r\n");
  const headEnd = found < 0 ? text.length : found;
  const lines = text.slice(0, headEnd).split("\r\n");
  const body = bytes.subarray(headEnd + 4);
  return { lines, body, hasLength: lines.some((line) => LENGTH.exec(line)?.[2] === String(body.length)) };
}

function bytesOf({ lines, body, hasLength }: Parts): Uint8Array {
  const written = hasLength ? lines.map((line) => line.replace(LENGTH, `$1${body.length}$3`)) : lines;
  return Buffer.concat([Buffer.from(`${written.join("\r\n")}\r\n\r\n`, "latin1"), body]);
}
