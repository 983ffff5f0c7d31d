import { link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorText, systemCode } from "../lib/error-text.ts";
import type { Batch, Destination, PutResult } from "../pipeline.ts";
import { SentNames } from "./sent-names.ts";

/**
 * Objects as files of a folder, mode 0600. An object appears in one step and whole: its bytes go into a hidden file
 * that is then linked, which fails instead of replacing. No fsync: like the rings it is safe from the death of the
 * process, not from power loss.
 */
export class FolderDestination implements Destination {
  readonly label: string;
  readonly place = "";
  readonly #directory: string;
  readonly #owner: string;
  readonly #sent = new SentNames();
  /** The attempt under way for each object. */
  readonly #attempts = new Map<string, Promise<PutResult>>();

  /** `owner` tells agents apart that share a folder, and is the same after a restart; it becomes part of a file name. */
  constructor(directory: string, owner: string) {
    this.label = directory;
    this.#directory = directory;
    this.#owner = owner;
  }

  async put(batch: Batch, abort: AbortSignal): Promise<PutResult> {
    abort.throwIfAborted();
    const path = join(this.#directory, batch.name);
    const mayStand = this.#sent.begin(batch);
    // One that was given up goes on by itself: it writes the same file, from bytes that are free when this one is stored.
    await this.#attempts.get(path);
    abort.throwIfAborted();
    const attempt = this.#attempt(batch, path, mayStand);
    this.#attempts.set(path, attempt);
    const result = await attempt;
    this.#attempts.delete(path);
    if (result.kind !== "retry" && !abort.aborted) this.#sent.settle(batch.name);
    return result;
  }

  /** Never rejects. */
  async #attempt(batch: Batch, path: string, mayStand: boolean): Promise<PutResult> {
    // A fixed name: what a crash has left behind is made anew by the same batch. Made anew and not overwritten, because
    // after a crash between link and unlink it is the object itself. Nobody else's: another agent's bytes would be linked.
    const temporary = join(this.#directory, `.${batch.name}.${this.#owner}.partial`);
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await rm(temporary, { force: true });
      await writeSlices(temporary, batch.slices);
      const isNew = await linkOrRename(temporary, path);
      return { kind: isNew || (mayStand && (await holds(path, batch))) ? "stored" : "exists" };
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

/** False when `path` is another file's already. */
async function linkOrRename(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    // A network file system may carry out a link and answer that it is there already.
    if (code === "EEXIST") return isSameFile(temporary, path);
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EMLINK") throw error;
  }
  // A file system without hard links: an empty file takes the name, and the object replaces it.
  try {
    await writeSlices(path, []);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return true;
}

async function isSameFile(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([stat(path), stat(other)]);
  return one.ino === two.ino && one.dev === two.dev;
}

async function holds(path: string, batch: Batch): Promise<boolean> {
  return (await readFile(path)).equals(Buffer.concat(batch.slices));
}
