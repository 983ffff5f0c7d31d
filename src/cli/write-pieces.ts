import { closeSync, constants, openSync, renameSync, rmSync, writeSync } from "node:fs";

const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
const MODE = 0o644;
/** So much goes to the system at once. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Writes a file of `pieces` in their order, and answers how many bytes it has. The file appears when it is whole: until
 * then it is `<path>.tmp`, an older one of which is removed. Rejects with what the pieces or the system throw; then there
 * is no such file.
 */
export async function writePieces(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<number> {
  const temporary = `${path}.tmp`;
  rmSync(temporary, { force: true });
  const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, MODE);
  try {
    const bytes = await writeAll(fd, pieces).finally(() => closeSync(fd));
    renameSync(temporary, path);
    return bytes;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function writeAll(fd: number, pieces: AsyncIterable<string | Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const piece of pieces) {
    const all = typeof piece === "string" ? Buffer.from(piece) : piece;
    for (let at = 0; at < all.length;) at += writeSync(fd, all, at, Math.min(CHUNK_BYTES, all.length - at));
    bytes += all.length;
  }
  return bytes;
}
