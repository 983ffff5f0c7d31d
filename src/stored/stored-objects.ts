import type { ObjectName } from "./object-name.ts";

/** An object as an agent has stored it. */
export interface StoredObject extends ObjectName {
  /** Its path below the folder, or its key in the bucket, with slashes. */
  readonly key: string;
  readonly bytes: number;
}

/** A place with objects of one or many agents. It is read only. */
export interface StoredObjects {
  /** For people: a folder, or `s3://bucket/prefix`. */
  readonly label: string;
  /** Names that the last {@link list} has seen so far and that are of no object. */
  readonly foreign: number;
  /**
   * All objects in the order of their keys, so those of one machine in the order of their times, from the key `from` on,
   * itself included. Holds no more than a page of them. Throws when the place cannot be read.
   */
  list(abort: AbortSignal, from?: string): AsyncIterable<StoredObject>;
  /** The bytes of one, as they are stored. Throws when they cannot be read to their end. */
  read(object: StoredObject, abort: AbortSignal): AsyncIterable<Uint8Array>;
}
