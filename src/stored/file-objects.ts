import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { READ_BYTES } from "./folder-objects.ts";
import { readObjectName } from "./object-name.ts";
import type { StoredObject, StoredObjects } from "./stored-objects.ts";

/** One file as a place with one object, if its name is that of an object. */
export class FileObjects implements StoredObjects {
  readonly label: string;
  #foreign = 0;

  constructor(path: string) {
    this.label = path;
  }

  get foreign(): number {
    return this.#foreign;
  }

  async *list(abort: AbortSignal, from = ""): AsyncGenerator<StoredObject> {
    abort.throwIfAborted();
    const key = basename(this.label);
    const name = readObjectName(key);
    this.#foreign = name === undefined ? 1 : 0;
    if (name !== undefined && key >= from) yield { ...name, key, bytes: (await stat(this.label)).size };
  }

  read(_: StoredObject, abort: AbortSignal): AsyncIterable<Uint8Array> {
    return createReadStream(this.label, { signal: abort, highWaterMark: READ_BYTES });
  }
}
