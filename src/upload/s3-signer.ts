import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { keepSecret } from "../lib/mask.ts";

/** The server's clock differs from ours by more than this before we follow it: `Date` has whole seconds only. */
const CLOCK_OFFSET_MIN_MS = 30_000;

export interface S3SignerOptions {
  /** Asked for each request, because it may be learnt from an answer. */
  readonly region: () => Promise<string>;
  readonly profile?: string;
}

/** Signs S3 requests (AWS Signature Version 4) with credentials found as AWS's own tools find them. */
export class S3Signer {
  readonly #signer: SignatureV4;
  #clockOffsetMs = 0;

  constructor({ region, profile }: S3SignerOptions) {
    // Environment, shared files, web identity, ECS and IMDSv2 roles; refreshed before they expire.
    const provide = defaultProvider(profile === undefined ? {} : { profile });
    this.#signer = new SignatureV4({
      service: "s3",
      region,
      credentials: async () => {
        const credentials = await provide();
        const { accessKeyId, secretAccessKey, sessionToken } = credentials;
        for (const secret of [accessKeyId, secretAccessKey, sessionToken]) keepSecret(secret, { isPassing: true });
        return credentials;
      },
      sha256: Sha256,
      uriEscapePath: false,
      applyChecksum: false,
    });
  }

  /** The headers of a request whose body has the SHA-256 `bodyHash` (hex). Throws when no credentials are found. */
  async sign(
    method: string,
    url: URL,
    headers: Record<string, string>,
    bodyHash: string,
  ): Promise<Record<string, string>> {
    const request = {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { ...headers, host: url.host, "x-amz-content-sha256": bodyHash },
    };
    const signed = await this.#signer.sign(request, { signingDate: new Date(Date.now() + this.#clockOffsetMs) });
    const { host: _, ...sent } = signed.headers;
    return sent;
  }

  /** Learns the server's clock from the `Date` of an answer: a machine with a wrong clock must still be able to sign. */
  learnClock(headers: Headers): void {
    const date = Date.parse(headers.get("date") ?? "");
    if (Number.isNaN(date)) return;
    const offsetMs = date - Date.now();
    this.#clockOffsetMs = Math.abs(offsetMs) < CLOCK_OFFSET_MIN_MS ? 0 : offsetMs;
  }
}

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** SHA-256, with a key HMAC, in the form that the signer takes. */
class Sha256 {
  readonly #key: Uint8Array | string | undefined;
  #hash: Hash | Hmac;

  constructor(key?: Bytes) {
    this.#key = key === undefined ? undefined : toBytes(key);
    this.#hash = this.#fresh();
  }

  update(data: Bytes): void {
    this.#hash.update(toBytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh(): Hash | Hmac {
    return this.#key === undefined ? createHash("sha256") : createHmac("sha256", this.#key);
  }
}

function toBytes(data: Bytes): Uint8Array | string {
  if (typeof data === "string") return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
