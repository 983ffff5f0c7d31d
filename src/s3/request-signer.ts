import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "./aws-credentials.ts";
import { elementOf, isOfStore, type StoreAnswer } from "./store-answer.ts";

/** The server's clock differs from ours by more than this before we follow it: `Date` has whole seconds only. */
const CLOCK_OFFSET_MIN_MS = 30_000;
const EMPTY_BODY_HASH = createHash("sha256").digest("hex");

export interface SigningFacts {
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
}

/** Signs S3 requests (AWS Signature Version 4) by the clock of the store. */
export class RequestSigner {
  #clockOffsetMs = 0;

  /** The headers of a request whose body has the SHA-256 `bodyHash` (hex); without one it has no body. */
  async sign(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    { credentials, region, service }: SigningFacts,
    bodyHash: string = EMPTY_BODY_HASH,
  ): Promise<Record<string, string>> {
    const signer = new SignatureV4({
      service,
      region,
      credentials,
      sha256: Sha256,
      uriEscapePath: false,
      applyChecksum: false,
    });
    const request = {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host, "x-amz-content-sha256": bodyHash },
    };
    const signed = await signer.sign(request, { signingDate: new Date(Date.now() + this.#clockOffsetMs) });
    const { host: _, ...sent } = signed.headers;
    return sent;
  }

  /**
   * Learns the store's clock from its answer: a machine with a wrong clock must still be able to sign. True when we go by
   * another clock now. An answer of somebody else teaches nothing.
   */
  learnClock(answer: StoreAnswer): boolean {
    if (!isOfStore(answer)) return false;
    const dateMs = Date.parse(answer.headers.get("date") ?? elementOf(answer, "ServerTime") ?? "");
    if (Number.isNaN(dateMs)) return false;
    const before = this.#clockOffsetMs;
    const offsetMs = dateMs - Date.now();
    this.#clockOffsetMs = Math.abs(offsetMs) < CLOCK_OFFSET_MIN_MS ? 0 : offsetMs;
    return Math.abs(this.#clockOffsetMs - before) >= CLOCK_OFFSET_MIN_MS;
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
