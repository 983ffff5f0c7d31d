import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readObjectName } from "./object-name.ts";
import type { StoredObject, StoredObjects } from "./stored-objects.ts";

/** Below the folder: machines have folders of their own there, and some lay them out by date and hour. */
const DEPTH_MAX = 16;

/** Most lines are shorter, so few have to be put together. */
export const READ_BYTES = 1024 * 1024;

/** The objects below a folder. Links are not followed, and hidden files, which an agent writes before it names them, not read. */
export class FolderObjects implements StoredObjects {
  readonly label: string;
  #foreign = 0;

  constructor(folder: string) {
    this.label = folder;
  }

  get foreign(): number {
    return this.#foreign;
  }

  list(abort: AbortSignal, from = ""): AsyncIterable<StoredObject> {
    this.#foreign = 0;
    return this.#below("", from, abort, DEPTH_MAX);
  }

  read({ key }: StoredObject, abort: AbortSignal): AsyncIterable<Uint8Array> {
    return createReadStream(join(this.label, key), { signal: abort, highWaterMark: READ_BYTES });
  }

  async *#below(folder: string, from: string, abort: AbortSignal, depth: number): AsyncGenerator<StoredObject> {
    const entries = await readdir(join(this.label, folder), { withFileTypes: true });
    // A slash behind the name of a folder: the order of whole keys, as a bucket has it.
    const named = entries.map((entry) => ({ entry, key: folder + entry.name + (entry.isDirectory() ? "/" : "") }));
    for (const { entry, key } of named.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
      abort.throwIfAborted();
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory()) {
        if (depth > 0 && key + LAST > from) yield* this.#below(key, from, abort, depth - 1);
        continue;
      }
      const name = entry.isFile() ? readObjectName(entry.name) : undefined;
      if (name === undefined) this.#foreign++;
      else if (key >= from) yield { ...name, key, bytes: (await stat(join(this.label, key))).size };
    }
  }
}

/** Behind every name that a folder can hold. */
const LAST = "\uffff";
