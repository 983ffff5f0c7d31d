import {
  type Batch,
  type Destination,
  type PutFailure,
  type PutResult,
  STREAMS,
  type UploadUrlSource,
} from "../../pipeline.ts";
import { compareObject } from "../../s3/compare-object.ts";
import { digestOf } from "../../s3/digest.ts";
import { judgeAnswer, judgeFailure, type Refused } from "../../s3/judge-answer.ts";
import { OptionalHeaders } from "../../s3/optional-headers.ts";
import { putObject } from "../../s3/store-request.ts";
import type { StoreAnswer } from "../../s3/store-answer.ts";
import { contentType } from "../content-type.ts";
import { comparedResult, putFailure } from "./put-failure.ts";

/** A URL this close to the end of its lifetime is not used again: the PUT itself takes time. */
const URL_SPARE_MS = 2000;
/** Lifetime taken for a URL that does not tell its own. */
const URL_LIFETIME_DEFAULT_MS = 5 * 60_000;
/** Paths of other batches that are remembered: far more than can be under way. */
const KNOWN_PATHS_MAX = 256;
/** Part of a path that is an object name of ours. */
const OBJECT_NAME = new RegExp(String.raw`\d{8}-\d{6}\.(?:${STREAMS.join("|")})\.log`, "g");
const API_REMEDY = "Check agent.host_url, agent.id and agent.polling_secret, and whether the WarpBuild API works";
const BAD_URL_REMEDY = "Tell whoever runs the WarpBuild API: it must hand out one http URL for each object name";

interface UploadUrl {
  readonly url: string;
  readonly path: string;
  /** Monotonic ms, counted from receipt: the wall clock may be wrong. */
  readonly expiresAtMs: number;
  /** Whether a Content-MD5 that is not signed passes: version 2 of AWS's signature always covers it. */
  readonly takesMd5: boolean;
}

/** Objects by presigned PUT URL, one URL a batch, asked for when the batch is about to be sent. */
export class PresignedDestination implements Destination {
  readonly label = "warpbuild";
  readonly place = "";
  readonly #urls: UploadUrlSource;
  readonly #nowMs: () => number;
  /**
   * By object name. The retries of a batch use its URL until it is refused or its lifetime is nearly over. An API may give
   * each URL a key of its own; after a lost answer a second URL would then store the object a second time.
   */
  readonly #current = new Map<string, UploadUrl>();
  readonly #nameOfPath = new Map<string, string>();
  /** What the store takes; not what it holds. */
  readonly #headers = new OptionalHeaders();

  /** `nowMs` is a monotonic clock. */
  constructor(urls: UploadUrlSource, nowMs: () => number = () => performance.now()) {
    this.#urls = urls;
    this.#nowMs = nowMs;
  }

  async put(batch: Batch, abort: AbortSignal): Promise<PutResult> {
    abort.throwIfAborted();
    const url = await this.#urlFor(batch, abort);
    if ("kind" in url) return url;
    const result = await this.#put(url, batch, abort);
    if (result.kind !== "retry") this.#current.delete(batch.name);
    return result;
  }

  async #put(url: UploadUrl, batch: Batch, abort: AbortSignal): Promise<PutResult> {
    const headers = {
      "content-type": contentType(batch),
      ...(this.#headers.has("if-none-match") ? { "if-none-match": "*" } : {}),
      ...(this.#headers.has("checksum") && url.takesMd5
        ? { "content-md5": (await digestOf("md5", batch)).toString("base64") }
        : {}),
    };
    const result = await putObject({ url: url.url, headers }, batch, abort);
    if (result.kind === "failed") return this.#onRefused(judgeFailure(result), batch);
    const verdict = judgeAnswer(result.answer);
    if (verdict.kind === "stored") return verdict;
    const failure = this.#onRefused(verdict, batch);
    if (this.#goesWithout(result.answer)) {
      const reason = `${result.answer.status}: the store does not know a header of ours; going on without`;
      return { ...failure, reason, isLasting: false, afterMs: 0 };
    }
    if (verdict.refusal.name !== "name-taken") return failure;
    // Most URLs are good for a PUT alone. Where a URL lets the object be read, the bytes tell whose it is.
    const comparison = await compareObject(() => Promise.resolve({ url: url.url, headers: {} }), batch, abort);
    return comparedResult(comparison, batch, failure);
  }

  /** A URL that was refused is not used again, nor one that led nowhere while no attempt of the batch is in doubt. */
  #onRefused(refused: Refused, batch: Batch): PutFailure {
    const isUseless = refused.isOutcomeKnown && !batch.wasAttempted;
    if (refused.isKeyDead || isUseless) this.#current.delete(batch.name);
    return putFailure(refused, "url");
  }

  #goesWithout(answer: StoreAnswer): boolean {
    return this.#headers.giveUp(answer) || this.#headers.giveUpUnsigned(answer);
  }

  async #urlFor(batch: Batch, abort: AbortSignal): Promise<UploadUrl | PutFailure> {
    const known = this.#current.get(batch.name);
    if (known !== undefined && this.#nowMs() < known.expiresAtMs) return known;
    const askedAtMs = this.#nowMs();
    const answer = await this.#urls.uploadUrl(batch.name, abort);
    // Nothing has been sent to a store.
    if (answer.kind === "retry") return { ...answer, isOutcomeKnown: true, remedy: API_REMEDY };
    const url = URL.parse(answer.url);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      return badUrl("the API answered with something that is no http URL");
    }
    const path = `${url.host}${url.pathname}`;
    if (this.#isOfAnother(path, batch.name)) return badUrl("the API handed out the upload URL of another object");
    this.#remember(path, batch.name);
    const expiresAtMs = askedAtMs + lifetimeMs(url) - URL_SPARE_MS;
    const fresh = { url: answer.url, path, expiresAtMs, takesMd5: !url.searchParams.has("Signature") };
    this.#current.set(batch.name, fresh);
    return fresh;
  }

  /** True when a PUT to this path would replace another batch. */
  #isOfAnother(path: string, name: string): boolean {
    const owner = this.#nameOfPath.get(path);
    if (owner !== undefined) return owner !== name;
    const names: readonly string[] = decodePath(path).match(OBJECT_NAME) ?? [];
    return names.length > 0 && !names.includes(name);
  }

  #remember(path: string, name: string): void {
    this.#nameOfPath.set(path, name);
    const [oldest] = this.#nameOfPath.keys();
    if (this.#nameOfPath.size > KNOWN_PATHS_MAX && oldest !== undefined) this.#nameOfPath.delete(oldest);
  }
}

function badUrl(reason: string): PutFailure {
  return { kind: "retry", reason, isOutcomeKnown: true, remedy: BAD_URL_REMEDY };
}

function lifetimeMs(url: URL): number {
  const given = url.searchParams.get("X-Amz-Expires") ?? url.searchParams.get("X-Goog-Expires");
  const seconds = Number(given ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : URL_LIFETIME_DEFAULT_MS;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
