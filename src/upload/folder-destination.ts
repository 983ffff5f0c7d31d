import { type FileHandle, open, rm } from "node:fs/promises";
import { failureOf } from "../lib/failure.ts";
import { HeldFolder } from "../lib/held-folder.ts";
import { checkTrust } from "../lib/trust.ts";
import type { Batch, Destination, PutResult } from "../pipeline.ts";
import { SentNames } from "./sent-names.ts";
import { holds, takeName } from "./take-name.ts";

/**
 * Objects as files of a folder, mode 0600. An object appears in one step and whole: its bytes go into a hidden file
 * that is then linked, which fails instead of replacing. No fsync: like the rings it is safe from the death of the
 * process, not from power loss. The folder is held by its descriptor; an agent of root writes into none that others can
 * change.
 */
export class FolderDestination implements Destination {
  readonly label: string;
  readonly place = "";
  readonly #directory: string;
  readonly #owner: string;
  readonly #sent = new SentNames();
  #folder: HeldFolder | undefined;
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
    const mayStand = this.#sent.begin(batch);
    // One that was given up goes on by itself: it writes the same file, from bytes that are free when this one is stored.
    const earlier = await this.#attempts.get(batch.name);
    abort.throwIfAborted();
    if (earlier?.kind === "stored") return this.#settled(batch, earlier);
    const attempt = this.#attempt(batch, mayStand);
    this.#attempts.set(batch.name, attempt);
    const result = await attempt;
    return abort.aborted ? result : this.#settled(batch, result);
  }

  /** Somebody learns what became of the attempt. */
  #settled(batch: Batch, result: PutResult): PutResult {
    this.#attempts.delete(batch.name);
    if (result.kind !== "retry") this.#sent.settle(batch.name);
    return result;
  }

  /** Never rejects. */
  async #attempt({ name, slices }: Batch, mayStand: boolean): Promise<PutResult> {
    // A fixed name: what a crash has left behind is made anew by the same batch. Made anew and not overwritten, because
    // after a crash between link and unlink it is the object itself. Nobody else's: another agent's bytes would be linked.
    const hidden = `.${name}.${this.#owner}.partial`;
    let file: FileHandle | undefined;
    let temporary: string | undefined;
    let isWritten = false;
    try {
      const folder = this.#hold();
      temporary = folder.at(hidden);
      const path = folder.at(name);
      await rm(temporary, { force: true });
      file = await open(temporary, "wx", 0o600);
      for (const slice of slices) await file.writeFile(slice);
      isWritten = true;
      const isOurs = (await takeName(temporary, path, file)) || (mayStand && (await holds(path, slices)));
      return { kind: isOurs ? "stored" : "exists" };
    } catch (error) {
      if (!isWritten && !mayStand) this.#sent.settle(name);
      return { kind: "retry", ...failureOf(error) };
    } finally {
      await file?.close();
      if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => {});
    }
  }

  /** The folder at the configured path as it is now; made when it is not there. Throws the system's error, or UntrustedError. */
  #hold(): HeldFolder {
    if (this.#folder?.isInPlace === true) return this.#folder;
    this.#folder?.close();
    this.#folder = undefined;
    checkTrust(`the destination "${this.#directory}"`, this.#directory);
    this.#folder = HeldFolder.open(this.#directory);
    return this.#folder;
  }
}
