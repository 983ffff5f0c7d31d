import { Bucket } from "../s3/bucket.ts";
import type { Variables } from "../s3/aws-config.ts";
import { listObjects } from "../s3/list-objects.ts";
import { readFrom } from "../s3/read-from.ts";
import { readObjectName } from "./object-name.ts";
import type { StoredObject, StoredObjects } from "./stored-objects.ts";

/** The objects of a bucket below a prefix. Loads the AWS libraries, so it is imported only where a bucket is read. */
export class BucketObjects implements StoredObjects {
  readonly label: string;
  readonly #prefix: string;
  readonly #bucket: Bucket;
  #foreign = 0;

  /** `prefix` without a slash at its ends; it may be empty. Region, endpoint and profile come from the AWS variables. */
  constructor({ bucket, prefix, variables }: { bucket: string; prefix: string; variables: Variables }) {
    this.label = `s3://${[bucket, prefix].filter((part) => part !== "").join("/")}`;
    this.#prefix = prefix === "" ? "" : `${prefix}/`;
    this.#bucket = new Bucket(bucket, variables);
  }

  get foreign(): number {
    return this.#foreign;
  }

  async *list(abort: AbortSignal, from = ""): AsyncGenerator<StoredObject> {
    this.#foreign = 0;
    for await (const { key, bytes } of listObjects(this.#bucket, { prefix: this.#prefix, from }, abort)) {
      const name = readObjectName(key.slice(key.lastIndexOf("/") + 1));
      if (name === undefined) this.#foreign++;
      else yield { ...name, key, bytes };
    }
  }

  async *read({ key, bytes }: StoredObject, abort: AbortSignal): AsyncGenerator<Uint8Array> {
    const response = await readFrom(this.#bucket, { key, bytes }, abort);
    let read = 0;
    for await (const chunk of response.body ?? []) {
      read += chunk.length;
      yield chunk;
    }
    if (read !== bytes) throw new Error(`Cannot read all of ${key}: ${read} bytes came, ${bytes} wanted`);
  }
}
