import { readFile } from "node:fs/promises";
import { because, failureOf } from "../lib/failure.ts";
import { type AwsConfig, profileOf, readAwsConfig, type Variables } from "./aws-config.ts";
import { AwsCredentials } from "./aws-credentials.ts";
import { awsFiles } from "./aws-files.ts";
import { bucketAddress } from "./bucket-address.ts";
import type { Refused } from "./judge-answer.ts";
import type { RefusalName } from "./refusal.ts";
import { refusalNamed } from "./refusals.ts";
import { AWS_REGION, regionHint } from "./region-hint.ts";
import { RequestSigner } from "./request-signer.ts";
import type { StoreAnswer } from "./store-answer.ts";
import type { StoreRequest } from "./store-request.ts";

/** Where a bucket is looked for first when nothing names its region; S3 then says where it is. */
const REGION_DEFAULT = "us-east-1";
/** Regions that are tried one after the other on the word of answers: two stores could send us to and fro without end. */
const REGION_CHANGES_MAX = 3;

/** Refusals that no other region would mend, whatever their answers name. */
const NOT_ABOUT_REGION: ReadonlySet<RefusalName> = new Set(["busy", "conflict", "failing", "name-taken"]);

export interface RequestParts {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** The SHA-256 of the body, as hex. Default: there is none. */
  readonly bodyHash?: string;
}

/** Something is not there without which no request can be made. */
export class NotReady extends Error {
  readonly refused: Refused;

  constructor(name: RefusalName, cause: unknown) {
    const refusal = refusalNamed(name);
    // The message of AWS's libraries may quote a program that they have asked, or a server; errors of its endpoint rules
    // have no code that says anything.
    const { reason, ...detail } = failureOf(cause);
    const failure =
      name === "no-address" ? { reason: refusal.words, ...detail } : because(refusal.words, { reason, ...detail });
    super(failure.reason, { cause });
    this.refused = { ...failure, refusal, isOutcomeKnown: true, isKeyDead: refusal.isKeyDead === true };
  }
}

/**
 * A bucket as AWS's variables and files describe it: makes the signed requests for its objects, and learns from the
 * answers where it is and what time it is there. Keeps nothing of an object.
 */
export class Bucket {
  readonly #name: string;
  readonly #variables: Variables;
  readonly #credentials = new AwsCredentials();
  readonly #signer = new RequestSigner();
  /** Read again whenever the credentials are. */
  #config: AwsConfig | undefined;
  /** Paths of AWS's files that are not read, as the log says already. */
  readonly #skippedFiles = new Set<string>();
  /** The region that an answer has named. It goes before the configured one. */
  #learnedRegion: string | undefined;
  #regionChanges = 0;

  constructor(name: string, variables: Variables) {
    this.#name = name;
    this.#variables = variables;
  }

  /**
   * The signed request for the object `key`, with the empty one for the bucket itself. Rejects with {@link NotReady}, and
   * with the reason of `abort`.
   */
  async request(
    method: "PUT" | "HEAD" | "GET",
    key: string,
    abort: AbortSignal,
    { headers = {}, query = {}, bodyHash }: RequestParts = {},
  ): Promise<StoreRequest> {
    this.#config ??= await readAwsConfig(this.#variables, this.#files());
    const config = this.#config;
    try {
      const { url, region, service } = this.#address(config);
      const ca = await readCa(config);
      const credentials = await this.#findCredentials(ca, abort);
      const object = new URL(`${url}/${key.split("/").map(encodeKeyPart).join("/")}`);
      for (const [name, value] of Object.entries(query)) object.searchParams.set(name, value);
      const signed = await this.#signer.sign(method, object, headers, { credentials, region, service }, bodyHash);
      return { url: object.href, headers: signed, ca };
    } catch (error) {
      this.renew();
      throw error;
    }
  }

  /**
   * Learns from a refusal what the next request needs. Returns why, for everybody, when that is worth a request at once.
   */
  learn(answer: StoreAnswer, { refusal, isKeyDead }: Refused): string | undefined {
    const isClockNew = this.#signer.learnClock(answer);
    const region = NOT_ABOUT_REGION.has(refusal.name) ? undefined : this.#follow(answer);
    if (region !== undefined) return `the bucket is in ${region}; going on there`;
    if (isClockNew && refusal.name === "clock") return "the clock of the store is another one; going on by that";
    if (refusal.name === "region") this.#learnedRegion = undefined;
    if (isKeyDead) this.renew();
    return undefined;
  }

  /** Call it when nothing answers at the address: the configuration may be wrong, or the region that an answer named. */
  forgetAddress(): void {
    this.#learnedRegion = undefined;
    this.renew();
  }

  /** Call it when a request has worked. */
  confirm(answer: StoreAnswer): void {
    this.#signer.learnClock(answer);
    this.#regionChanges = 0;
  }

  /** The next request reads again all that AWS's tools read. */
  renew(): void {
    this.#credentials.renew();
    this.#config = undefined;
  }

  /** Goes to the region that the answer names. Undefined when it names none, or too many have been tried. */
  #follow(answer: StoreAnswer): string | undefined {
    const { endpoint, region: configured = REGION_DEFAULT } = this.#config ?? {};
    const region = regionHint(answer, endpoint === undefined);
    if (region === undefined || region === (this.#learnedRegion ?? configured)) return undefined;
    if (this.#regionChanges >= REGION_CHANGES_MAX) {
      // The refusal is shown now. After the usual delay the next attempt may follow again.
      this.#regionChanges = 0;
      return undefined;
    }
    this.#regionChanges++;
    this.#learnedRegion = region;
    // Only a region in the shape of AWS's is repeated: another word could be anything.
    return AWS_REGION.test(region) ? region : "another region";
  }

  #address(config: AwsConfig) {
    try {
      return bucketAddress(this.#name, this.#learnedRegion ?? config.region ?? REGION_DEFAULT, config);
    } catch (error) {
      throw new NotReady("no-address", error);
    }
  }

  #files() {
    return awsFiles(this.#variables, this.#skippedFiles);
  }

  async #findCredentials(ca: string | undefined, abort: AbortSignal) {
    try {
      return await this.#credentials.get({ files: this.#files(), profile: profileOf(this.#variables), ca }, abort);
    } catch (error) {
      abort.throwIfAborted();
      throw new NotReady("no-credentials", error);
    }
  }
}

/** Read for every request: a file of its size costs nothing beside an upload. */
async function readCa({ caBundle }: AwsConfig): Promise<string | undefined> {
  if (caBundle === undefined) return undefined;
  try {
    return await readFile(caBundle, "utf8");
  } catch (error) {
    throw new NotReady("no-ca-bundle", error);
  }
}

/** S3 signs the path with everything escaped but RFC 3986's unreserved characters. */
function encodeKeyPart(part: string): string {
  return encodeURIComponent(part).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
