import { networkFailure } from "../../lib/failure.ts";
import type { Batch, Destination, PutFailure, PutResult } from "../../pipeline.ts";
import { endpointOf, type Variables } from "../../s3/aws-config.ts";
import { Bucket, NotReady } from "../../s3/bucket.ts";
import { compareObject } from "../../s3/compare-object.ts";
import { digestOf } from "../../s3/digest.ts";
import { judgeAnswer, judgeFailure, judgeRefusal, type Refused } from "../../s3/judge-answer.ts";
import { OptionalHeaders } from "../../s3/optional-headers.ts";
import type { RefusalName } from "../../s3/refusal.ts";
import { isOfStore, readAnswer, type StoreAnswer } from "../../s3/store-answer.ts";
import { putObject, readObject } from "../../s3/store-request.ts";
import { contentType } from "../content-type.ts";
import { comparedResult, putFailure } from "./put-failure.ts";

/** A name that no object of ours has. */
const NO_OBJECT = "warp-telemetry-validate";
/** The store has looked for the object, or knows who asks: rights that end at PutObject do not let us look. */
const REACHED: ReadonlySet<RefusalName> = new Set(["key", "rights"]);

export interface BucketOptions {
  readonly bucket: string;
  /** Keys are `<prefix>/<keyFolder>/<folder of the batch>/<object name>`; an empty part is left out. */
  readonly prefix: string;
  readonly keyFolder: string;
  /** The region, endpoint and profile come from the AWS variables in here. */
  readonly variables: Variables;
}

/**
 * Objects in an S3 bucket, or in anything that speaks S3 at an endpoint of one's own, with AWS credentials. Loads the
 * AWS libraries, so it is imported only where a bucket is the destination.
 */
export class BucketDestination implements Destination {
  readonly label: string;
  readonly place: string;
  readonly #bucket: Bucket;
  /** What the store takes; not what it holds. */
  readonly #headers = new OptionalHeaders();

  constructor({ bucket, prefix, keyFolder, variables }: BucketOptions) {
    const endpoint = endpointOf(variables);
    const at = endpoint === undefined ? "" : ` at ${hostOf(endpoint)}`;
    this.label = `s3://${[bucket, prefix].filter((part) => part !== "").join("/")}${at}`;
    this.place = [prefix, keyFolder].filter((part) => part !== "").join("/");
    this.#bucket = new Bucket(bucket, variables);
  }

  async put(batch: Batch, abort: AbortSignal): Promise<PutResult> {
    abort.throwIfAborted();
    const headers = {
      "content-type": contentType(batch),
      ...(this.#headers.has("if-none-match") ? { "if-none-match": "*" } : {}),
      ...(this.#headers.has("checksum") ? { "x-amz-checksum-crc32": base64Of(batch.crc32) } : {}),
    };
    try {
      const bodyHash = (await digestOf("sha256", batch)).toString("hex");
      const request = await this.#bucket.request("PUT", keyOf(batch), abort, { headers, bodyHash });
      const result = await putObject(request, batch, abort);
      if (result.kind === "failed") return this.#onUnanswered(judgeFailure(result));
      const verdict = judgeAnswer(result.answer);
      if (verdict.kind === "refused") return await this.#onRefused(verdict, result.answer, batch, abort);
      this.#bucket.confirm(result.answer);
      return { kind: "stored" };
    } catch (error) {
      abort.throwIfAborted();
      if (error instanceof NotReady) return putFailure(error.refused, "credentials");
      throw error;
    }
  }

  async reach(abort: AbortSignal): Promise<PutFailure | undefined> {
    try {
      for (;;) {
        const key = keyOf({ place: this.place, folder: "", name: NO_OBJECT });
        const request = await this.#bucket.request("GET", key, abort);
        const answer = await readAnswer(await readObject("GET", request, 0, abort));
        const refused = judgeRefusal(answer);
        if (isOfStore(answer) && (answer.status === 200 || REACHED.has(refused.refusal.name))) return undefined;
        if (this.#bucket.learn(answer, refused) === undefined) return putFailure(refused, "credentials");
      }
    } catch (error) {
      abort.throwIfAborted();
      return putFailure(error instanceof NotReady ? error.refused : judgeFailure(networkFailure(error)), "credentials");
    }
  }

  #onUnanswered(refused: Refused): PutFailure {
    if (refused.isOutcomeKnown) this.#bucket.forgetAddress();
    return putFailure(refused, "credentials");
  }

  async #onRefused(refused: Refused, answer: StoreAnswer, batch: Batch, abort: AbortSignal): Promise<PutResult> {
    const again = this.#bucket.learn(answer, refused) ?? this.#goWithout(answer);
    const failure = putFailure(refused, "credentials");
    if (again !== undefined) return { ...failure, reason: again, isLasting: false, afterMs: 0 };
    if (refused.refusal.name !== "name-taken") return failure;
    // The name is taken by other bytes, or by ours: the answer was lost, or a balancer has sent the request twice.
    const request = (method: "HEAD" | "GET") => this.#bucket.request(method, keyOf(batch), abort);
    const comparison = await compareObject(request, batch, abort);
    if (typeof comparison === "object" && comparison.isKeyDead) this.#bucket.renew();
    return comparedResult(comparison, batch, failure);
  }

  #goWithout(answer: StoreAnswer): string | undefined {
    if (!this.#headers.giveUp(answer)) return undefined;
    return `${answer.status}: the store does not know a header of ours; going on without`;
  }
}

function keyOf({ place, folder, name }: Pick<Batch, "place" | "folder" | "name">): string {
  return [place, folder, name].filter((part) => part !== "").join("/");
}

function hostOf(endpoint: string): string {
  const url = URL.parse(endpoint);
  if (url === null) throw new Error("Cannot use AWS_ENDPOINT_URL: no URL, one such as http://127.0.0.1:9000 wanted");
  return url.host;
}

/** A CRC-32 as S3 wants it: its four bytes, the highest first. */
function base64Of(crc32: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32);
  return bytes.toString("base64");
}
