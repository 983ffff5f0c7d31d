import type { Batch, Destination, PutResult, UploadUrlSource } from "../pipeline.ts";
import { isSettled, isStored, putBatch, type PutAnswer, retryOf } from "./put-bytes.ts";
import { SentNames } from "./sent-names.ts";

/** A URL this close to the end of its lifetime is not used again: the PUT itself takes time. */
const URL_SPARE_MS = 2000;
/** Lifetime taken for a URL that does not tell its own. */
const URL_LIFETIME_DEFAULT_MS = 5 * 60_000;
/** Paths of other batches that are remembered: far more than can be under way. */
const KNOWN_PATHS_MAX = 256;
/** Part of a path that is an object name of ours. */
const OBJECT_NAME = /\d{8}-\d{6}\.(?:logs|metrics|traces|gha-logs)\.log/g;

interface UploadUrl {
  readonly url: string;
  readonly path: string;
  /** Monotonic ms, counted from receipt: the wall clock may be wrong. */
  readonly expiresAtMs: number;
}

/**
 * Objects by presigned PUT URL, one URL a batch, asked for when the batch is about to be sent. Its retries use the same
 * URL until a 403 or until its lifetime is nearly over.
 */
export class PresignedDestination implements Destination {
  readonly label = "warpbuild";
  readonly place = "";
  readonly #urls: UploadUrlSource;
  readonly #nowMs: () => number;
  readonly #current = new Map<string, UploadUrl>();
  readonly #nameOfPath = new Map<string, string>();
  readonly #sent = new SentNames();
  #isConditional = true;

  /** `nowMs` is a monotonic clock. */
  constructor(urls: UploadUrlSource, nowMs: () => number = () => performance.now()) {
    this.#urls = urls;
    this.#nowMs = nowMs;
  }

  async put(batch: Batch, abort: AbortSignal): Promise<PutResult> {
    const url = await this.#urlFor(batch, abort);
    if ("kind" in url) return url;
    const headers = { "content-type": "text/plain", ...(this.#isConditional ? { "if-none-match": "*" } : {}) };
    const mayStand = this.#sent.begin(batch);
    const answer = await putBatch(url.url, headers, batch, abort);
    if (isSettled(answer) && !mayStand) this.#sent.settle(batch.name);
    if (answer.kind === "answered" && answer.status === 403) this.#current.delete(batch.name);
    const result = this.#resultOf(answer, mayStand);
    if (result.kind !== "retry") this.#forget(batch.name);
    return result;
  }

  #resultOf(answer: PutAnswer, mayStand: boolean): PutResult {
    if (answer.kind === "failed") return retryOf(answer);
    if (isStored(answer.status)) return { kind: "stored" };
    // Nobody but us puts this name; so the object there is the one whose answer was lost. Without such an attempt it
    // is older than our memory of used names, and the batch takes the next one.
    if (answer.status === 412) return { kind: mayStand ? "stored" : "exists" };
    if (answer.status === 501 && this.#isConditional) {
      this.#isConditional = false;
      return { kind: "retry", reason: "501, the store knows no If-None-Match; going on without", afterMs: 0 };
    }
    return retryOf(answer);
  }

  async #urlFor(batch: Batch, abort: AbortSignal): Promise<UploadUrl | PutResult> {
    const known = this.#current.get(batch.name);
    if (known !== undefined && this.#nowMs() < known.expiresAtMs) return known;
    const askedAtMs = this.#nowMs();
    const answer = await this.#urls.uploadUrl(batch.name, abort);
    if (answer.kind === "retry") return answer;
    const url = URL.parse(answer.url);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      return { kind: "retry", reason: "the API answered with something that is no http URL" };
    }
    const path = `${url.host}${url.pathname}`;
    if (this.#isOfAnother(path, batch.name)) {
      return { kind: "retry", reason: "the API handed out the upload URL of another object" };
    }
    this.#remember(path, batch.name);
    const fresh = { url: answer.url, path, expiresAtMs: askedAtMs + lifetimeMs(url) - URL_SPARE_MS };
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

  #forget(name: string): void {
    this.#current.delete(name);
    this.#sent.settle(name);
  }
}

function lifetimeMs(url: URL): number {
  const seconds = Number(url.searchParams.get("X-Amz-Expires") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : URL_LIFETIME_DEFAULT_MS;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
