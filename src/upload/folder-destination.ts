import { constants } from "node:fs";
import { access, link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { errorText } from "../lib/error-text.ts";
import type { Batch, Destination, PutResult } from "../pipeline.ts";

/**
 * Objects as files of a folder, mode 0600. An object appears in one step and whole: its bytes go into a hidden file
 * that is then linked, which fails instead of replacing. No fsync: like the rings it is safe from the death of the
 * process, not from power loss.
 */
export class FolderDestination implements Destination {
  readonly label: string;
  readonly place = "";
  readonly #directory: string;
  /** The attempt under way for each object. */
  readonly #attempts = new Map<string, Promise<PutResult>>();

  constructor(directory: string) {
    this.label = directory;
    this.#directory = directory;
  }

  async put(batch: Batch, abort: AbortSignal): Promise<PutResult> {
    abort.throwIfAborted();
    const path = join(this.#directory, batch.name);
    // One that was given up goes on by itself: it writes the same file, from bytes that are free when this one is stored.
    await this.#attempts.get(path);
    abort.throwIfAborted();
    const attempt = this.#attempt(batch, path);
    this.#attempts.set(path, attempt);
    try {
      return await attempt;
    } finally {
      this.#attempts.delete(path);
    }
  }

  /** Never rejects. */
  async #attempt(batch: Batch, path: string): Promise<PutResult> {
    // A fixed name: what a crash has left behind is made anew by the same batch. Made anew and not overwritten, because
    // after a crash between link and unlink it is the object itself.
    const temporary = join(this.#directory, `.${batch.name}.partial`);
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await rm(temporary, { force: true });
      await writeSlices(temporary, batch.slices);
      const isNew = await linkOrRename(temporary, path);
      if (isNew || (await holds(path, batch))) return { kind: "stored" };
      return { kind: "exists" };
    } catch (error) {
      return { kind: "retry", reason: errorText(error) };
    } finally {
      await rm(temporary, { force: true }).catch(() => {});
    }
  }
}

async function writeSlices(path: string, slices: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for (const slice of slices) await file.writeFile(slice);
  } finally {
    await file.close();
  }
}

/** False when `path` exists. */
async function linkOrRename(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") return false;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EMLINK") throw error;
  }
  // A file system without hard links. The lock of the base directory keeps other writers of ours away.
  const isTaken = await access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
  if (!isTaken) await rename(temporary, path);
  return !isTaken;
}

async function holds(path: string, batch: Batch): Promise<boolean> {
  return (await readFile(path)).equals(Buffer.concat(batch.slices));
}
