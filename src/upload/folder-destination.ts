import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { errorText } from "../lib/error-text.ts";
import type { Batch, Destination, PutResult } from "../pipeline.ts";
import { SentNames } from "./sent-names.ts";
import { holds, takeName } from "./take-name.ts";

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
  /** The attempt under way for each object, or what became of one that was given up. */
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
    const earlier = await this.#attempts.get(path);
    abort.throwIfAborted();
    if (earlier?.kind === "stored") return this.#settled(batch, path, earlier);
    const attempt = this.#attempt(batch, path, mayStand);
    this.#attempts.set(path, attempt);
    const result = await attempt;
    return abort.aborted ? result : this.#settled(batch, path, result);
  }

  /** Somebody learns what became of the attempt. */
  #settled(batch: Batch, path: string, result: PutResult): PutResult {
    this.#attempts.delete(path);
    if (result.kind !== "retry") this.#sent.settle(batch.name);
    return result;
  }

  /** Never rejects. */
  async #attempt(batch: Batch, path: string, mayStand: boolean): Promise<PutResult> {
    // A fixed name: what a crash has left behind is made anew by the same batch. Made anew and not overwritten, because
    // after a crash between link and unlink it is the object itself. Nobody else's: another agent's bytes would be linked.
    const temporary = join(this.#directory, `.${batch.name}.${this.#owner}.partial`);
    let isWritten = false;
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await rm(temporary, { force: true });
      await writeSlices(temporary, batch.slices);
      isWritten = true;
      const isOurs = (await takeName(temporary, path)) || (mayStand && (await holds(path, batch.slices)));
      return { kind: isOurs ? "stored" : "exists" };
    } catch (error) {
      if (!isWritten && !mayStand) this.#sent.settle(batch.name);
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
