import { constants } from "node:fs";
import { access, type FileHandle, link, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../../lib/error-text.ts";
import { areSame, holdTheSame } from "../../lib/same-bytes.ts";
import type { Batch } from "../../pipeline.ts";

/** Of a file that is compared, in memory at once. */
const PIECE_BYTES = 256 * 1024;

/**
 * Gives the file `temporary`, which is open as `file`, the name `path` in one step, unless another file has it. True when
 * `path` is our file then; `temporary` may be there still. False also when somebody has put another file in the place of
 * `temporary` meanwhile, which now has the name. Throws the system's error.
 */
export async function takeName(temporary: string, path: string, file: FileHandle): Promise<boolean> {
  try {
    await link(temporary, path);
  } catch (error) {
    const code = systemCode(error);
    // A network file system may carry out a link and answer that it is there already.
    if (code === "EEXIST") return isSameFile(file, path);
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EMLINK") throw error;
    return renameIfFree(temporary, path);
  }
  // Whoever collects the objects may have taken it away already.
  return isSameFile(file, path).catch((error: unknown) => systemCode(error) === "ENOENT");
}

/**
 * As {@link takeName}, for file systems without hard links, on which a rename replaces what is there: a hidden file keeps
 * other agents away meanwhile. One that a crash has left behind spoils the name for ever, which costs nothing.
 */
export async function renameIfFree(temporary: string, path: string): Promise<boolean> {
  const claim = join(dirname(path), `.${basename(path)}.claim`);
  try {
    await (await open(claim, "wx", 0o600)).close();
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    const isFree = await access(path).then(
      () => false,
      (error: unknown) => systemCode(error) === "ENOENT",
    );
    if (isFree) await rename(temporary, path);
    return isFree;
  } finally {
    await rm(claim, { force: true });
  }
}

/**
 * Whether `path` is a file with the bytes of an object, or with the same lines if it is compressed; no when there is no
 * such file, and for a link or anything that is no file. Throws the system's error.
 */
export async function holds(path: string, object: Pick<Batch, "bytes" | "slices" | "plain">): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ELOOP" || code === "ENXIO") return false;
    throw error;
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return false;
    if (object.plain !== undefined) return await holdTheSame(bytesOf(file), object.plain);
    return stats.size === object.bytes && (await areSame(bytesOf(file), object));
  } finally {
    await file.close();
  }
}

async function* bytesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(PIECE_BYTES);
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    // A copy: whoever inflates it works on it while the next piece is read.
    yield piece.slice(0, bytesRead);
  }
}

/** Inodes of some file systems have more digits than a number. */
async function isSameFile(file: FileHandle, path: string): Promise<boolean> {
  const [one, two] = await Promise.all([file.stat({ bigint: true }), stat(path, { bigint: true })]);
  return one.ino === two.ino && one.dev === two.dev;
}
