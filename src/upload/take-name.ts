import { access, link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../lib/error-text.ts";

/**
 * Gives the file `temporary` the name `path` in one step, unless another file has it. True when `path` is our file then;
 * `temporary` may be there still. Throws the system's error.
 */
export async function takeName(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    // A network file system may carry out a link and answer that it is there already.
    if (code === "EEXIST") return isSameFile(temporary, path);
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EMLINK") throw error;
  }
  return renameIfFree(temporary, path);
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

/** Whether `path` has exactly the bytes of `slices`; no when there is no such file. Throws the system's error. */
export async function holds(path: string, slices: readonly Uint8Array[]): Promise<boolean> {
  try {
    return (await readFile(path)).equals(Buffer.concat(slices));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Inodes of some file systems have more digits than a number. */
async function isSameFile(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([stat(path, { bigint: true }), stat(other, { bigint: true })]);
  return one.ino === two.ino && one.dev === two.dev;
}
