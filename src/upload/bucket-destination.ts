import { createHash } from "node:crypto";
import { because, failureOf, networkFailure } from "../lib/failure.ts";
import type { Batch, Destination, PutResult } from "../pipeline.ts";
import { isSettled, isStored, putBatch, retryOf, withTimeout } from "./put-bytes.ts";
import { S3Signer } from "./s3-signer.ts";
import { SentNames } from "./sent-names.ts";

/** Where a bucket is looked for first when no variable names its region; S3 then says where it is. */
const REGION_DEFAULT = "us-east-1";
/** As AWS names its regions: `eu-central-1`, `us-gov-west-1`. */
const REGION = /^[a-z]{2,4}(-[a-z]{2,12}){1,3}-\d{1,2}$/;
const EMPTY_BODY_HASH = createHash("sha256").digest("hex");

export interface BucketOptions {
  readonly bucket: string;
  /** Keys are `<prefix>/<keyFolder>/<object name>`; an empty part is left out. */
  readonly prefix: string;
  readonly keyFolder: string;
  /** The region, endpoint and profile come from the AWS variables in here. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Objects in an S3 bucket, or in anything that speaks S3 at `AWS_ENDPOINT_URL`, with AWS credentials. */
export class BucketDestination implements Destination {
  readonly label: string;
  readonly place: string;
  readonly #signer: S3Signer;
  readonly #bucket: string;
  readonly #endpoint: string | undefined;
  readonly #sent = new SentNames();
  #region: string;
  #isConditional = true;

  constructor({ bucket, prefix, keyFolder, environment }: BucketOptions) {
    // A variable that is set and empty counts as unset, as AWS has it.
    const endpoint = environment["AWS_ENDPOINT_URL_S3"] || environment["AWS_ENDPOINT_URL"] || undefined;
    const profile = environment["AWS_PROFILE"] || undefined;
    const at = endpoint === undefined ? "" : ` at ${hostOf(endpoint)}`;
    this.label = `s3://${[bucket, prefix].filter((part) => part !== "").join("/")}${at}`;
    this.#bucket = bucket;
    this.#endpoint = endpoint;
    this.#region = environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || REGION_DEFAULT;
    this.#signer = new S3Signer({
      region: () => Promise.resolve(this.#region),
      ...(profile === undefined ? {} : { profile }),
    });
    this.place = [prefix, keyFolder].filter((part) => part !== "").join("/");
  }

  async put(batch: Batch, abort: AbortSignal): Promise<PutResult> {
    const result = await this.#put(batch, abort);
    if (result.kind !== "retry") this.#sent.settle(batch.name);
    return result;
  }

  async #put(batch: Batch, abort: AbortSignal): Promise<PutResult> {
    const url = this.#urlOf(batch);
    const conditions = this.#isConditional ? { "if-none-match": "*" } : {};
    let headers: Record<string, string>;
    try {
      const plain = { "content-type": "text/plain", ...conditions };
      headers = await this.#signer.sign("PUT", url, plain, digestOf("sha256", batch));
    } catch (error) {
      abort.throwIfAborted();
      // The provider's message may quote a program that it has asked, or a server.
      return { kind: "retry", ...because("no AWS credentials", failureOf(error)) };
    }
    const mayStand = this.#sent.begin(batch);
    const answer = await putBatch(url.href, headers, batch, abort);
    if (isSettled(answer) && !mayStand) this.#sent.settle(batch.name);
    if (answer.kind === "failed") return retryOf(answer);
    this.#signer.learnClock(answer.headers);
    if (isStored(answer.status)) return { kind: "stored" };
    const region = answer.headers.get("x-amz-bucket-region");
    // A word of another shape is no region, and as part of a host name it would lead elsewhere.
    if (region !== null && region !== this.#region && REGION.test(region)) {
      this.#region = region;
      return { kind: "retry", reason: `the bucket is in ${region}; going on there`, afterMs: 0 };
    }
    if (answer.status === 412) return this.#compare(url, batch, mayStand, abort);
    if (answer.status === 501 && this.#isConditional) {
      this.#isConditional = false;
      return { kind: "retry", reason: "501, the store knows no If-None-Match; going on without", afterMs: 0 };
    }
    return retryOf(answer);
  }

  /**
   * The name is taken: by our own bytes, whose answer was lost, or by others. Told by length and MD5, else by reading.
   * Who may not read (the rights end at s3:PutObject) knows no more than with presigned URLs.
   */
  async #compare(url: URL, batch: Batch, mayStand: boolean, abort: AbortSignal): Promise<PutResult> {
    try {
      const head = await this.#get("HEAD", url, withTimeout(abort, 0));
      if (isForbidden(head)) return { kind: mayStand ? "stored" : "exists" };
      if (!head.ok) return { kind: "retry", reason: `${head.status} when asked for the object of the same name` };
      if (Number(head.headers.get("content-length")) !== batch.bytes) return { kind: "exists" };
      const etag = head.headers.get("etag")?.replaceAll('"', "") ?? "";
      if (etag === digestOf("md5", batch)) return { kind: "stored" };
      // Where the store encrypts, the ETag is no MD5 of the bytes, so only the bytes themselves can tell.
      const whole = await this.#get("GET", url, withTimeout(abort, batch.bytes));
      if (isForbidden(whole)) return { kind: mayStand ? "stored" : "exists" };
      if (!whole.ok) return { kind: "retry", reason: `${whole.status} when reading the object of the same name` };
      const isEqual = Buffer.from(await whole.arrayBuffer()).equals(Buffer.concat(batch.slices));
      return { kind: isEqual ? "stored" : "exists" };
    } catch (error) {
      abort.throwIfAborted();
      return { kind: "retry", ...networkFailure(error) };
    }
  }

  async #get(method: "HEAD" | "GET", url: URL, signal: AbortSignal): Promise<Response> {
    const headers = await this.#signer.sign(method, url, {}, EMPTY_BODY_HASH);
    return fetch(url.href, { method, headers, redirect: "manual", keepalive: false, verbose: false, signal });
  }

  #urlOf({ place, name }: Batch): URL {
    const key = place === "" ? name : `${place}/${name}`;
    return new URL(
      `${bucketUrl(this.#bucket, this.#region, this.#endpoint)}/${key.split("/").map(encodeKeyPart).join("/")}`,
    );
  }
}

function hostOf(endpoint: string): string {
  const url = URL.parse(endpoint);
  if (url === null) throw new Error("Cannot use AWS_ENDPOINT_URL: no URL, one such as http://127.0.0.1:9000 wanted");
  return url.host;
}

function isForbidden({ status }: Response): boolean {
  return status === 401 || status === 403;
}

function digestOf(algorithm: "sha256" | "md5", { slices }: Batch): string {
  const hash = createHash(algorithm);
  for (const slice of slices) hash.update(slice);
  return hash.digest("hex");
}

/**
 * Path style at an endpoint of one's own, whose names rarely resolve below it, and for bucket names with dots, which no
 * certificate covers; else virtual-hosted style, which AWS wants.
 */
function bucketUrl(bucket: string, region: string, endpoint: string | undefined): string {
  if (endpoint !== undefined) return `${endpoint.replace(/\/+$/, "")}/${bucket}`;
  if (bucket.includes(".")) return `https://s3.${region}.amazonaws.com/${bucket}`;
  return `https://${bucket}.s3.${region}.amazonaws.com`;
}

/** S3 signs the path with everything escaped but RFC 3986's unreserved characters. */
function encodeKeyPart(part: string): string {
  return encodeURIComponent(part).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
