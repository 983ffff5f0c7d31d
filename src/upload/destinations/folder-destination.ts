import { type FileHandle, open, rm } from "node:fs/promises";
import { systemCode } from "../../lib/error-text.ts";
import { failureOf } from "../../lib/failure.ts";
import { HeldFolder } from "../../lib/held-folder.ts";
import { UntrustedError } from "../../lib/trust.ts";
import type { Batch, Destination, PutFailure, PutResult } from "../../pipeline.ts";
import { holds, takeName } from "./take-name.ts";

/** What people can do about an error of the system; all others may pass. */
const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: "Let the agent's user write into the folder",
  EDQUOT: "Free room in the folder, or raise the quota of the agent's user",
  EEXIST: "Put a folder there, or name another one as telemetry.destination",
  ENOSPC: "Free room on the disk of the folder",
  ENOTDIR: "Put a folder there, or name another one as telemetry.destination",
  EPERM: "Let the agent's user write into the folder",
  EROFS: "Mount the folder's file system for writing, or name another folder as telemetry.destination",
};
const OTHER_REMEDY = "Check the folder and its disk";

/**
 * Objects as files of a folder and its subfolders, mode 0600. An object appears in one step and whole: its bytes go into
 * a hidden file that is then linked, which fails instead of replacing. No fsync: like the rings it is safe from the death
 * of the process, not from power loss. The folder is held by its descriptor; an agent of root writes into none that
 * others can change. An attempt that is given up goes on to its end.
 */
export class FolderDestination implements Destination {
  readonly label: string;
  readonly place = "";
  readonly #directory: string;
  readonly #owner: string;
  #folder: HeldFolder | undefined;

  /** `owner` tells agents apart that share a folder, and is the same after a restart; it becomes part of a file name. */
  constructor(directory: string, owner: string) {
    this.label = directory;
    this.#directory = directory;
    this.#owner = owner;
  }

  async put(batch: Batch, abort: AbortSignal): Promise<PutResult> {
    abort.throwIfAborted();
    const { name, slices, wasAttempted } = batch;
    // The same for every attempt of a batch, so a crash leaves one at most. It is removed, never overwritten: after a
    // crash between link and unlink it is the object itself. Agents that share the folder have one each; otherwise
    // they would link each other's bytes.
    const hidden = `.${name}.${this.#owner}.partial`;
    let folder: HeldFolder | undefined;
    let file: FileHandle | undefined;
    let temporary: string | undefined;
    let isWritten = false;
    try {
      folder = this.#hold(batch.folder);
      temporary = folder.at(hidden);
      const path = folder.at(name);
      await rm(temporary, { force: true });
      file = await open(temporary, "wx", 0o600);
      for (const slice of slices) await file.writeFile(slice);
      isWritten = true;
      // Agents that share the folder may hold the same lines, so equal bytes alone do not make an object ours.
      const isOurs = (await takeName(temporary, path, file)) || (wasAttempted && (await holds(path, batch)));
      return { kind: isOurs ? "stored" : "name-taken" };
    } catch (error) {
      return failedPut(error, !isWritten);
    } finally {
      await file?.close();
      if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => {});
      if (folder !== this.#folder) folder?.close();
    }
  }

  /** The folder `below` the configured one. Another than that itself is the caller's. Throws as {@link #holdTop}. */
  #hold(below: string): HeldFolder {
    let folder = this.#holdTop();
    for (const part of below === "" ? [] : below.split("/")) {
      const above = folder;
      try {
        folder = above.folder(part, { isOfUsers: true });
      } finally {
        if (above !== this.#folder) above.close();
      }
    }
    return folder;
  }

  /** The folder at the configured path as it is now; made when it is not there. Throws the system's error, or UntrustedError. */
  #holdTop(): HeldFolder {
    if (this.#folder?.isInPlace === true) return this.#folder;
    this.#folder?.close();
    this.#folder = undefined;
    this.#folder = HeldFolder.openTrusted(`the destination "${this.#directory}"`, this.#directory);
    return this.#folder;
  }
}

function failedPut(error: unknown, isOutcomeKnown: boolean): PutFailure {
  if (error instanceof UntrustedError) {
    const remedy = "Run the command that the reason names, or name another folder as telemetry.destination";
    return { kind: "retry", isOutcomeKnown, reason: error.message, remedy, isLasting: true };
  }
  const remedy = REMEDIES[systemCode(error) ?? ""];
  const lasting = remedy === undefined ? {} : { isLasting: true };
  return { kind: "retry", isOutcomeKnown, ...failureOf(error), remedy: remedy ?? OTHER_REMEDY, ...lasting };
}
