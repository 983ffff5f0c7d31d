import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { because, networkFailure } from "../lib/failure.ts";
import { answerFailure, readText, retryAfterMs } from "../lib/http-answer.ts";
import { keepSecret, keepSecretsOf } from "../lib/mask.ts";
import type { Retry, UploadUrlResult, UploadUrlSource } from "../pipeline.ts";

/** An answer of the API is small; one that does not come is asked for again. */
const REQUEST_TIMEOUT_MS = 10_000;
const ANSWER_MAX_BYTES = 1024 * 1024;

const UploadUrlAnswer = Type.Object({ url: Type.String({ minLength: 1 }) });
/** More fields than this one are there, and are not ours. Absent or null means that telemetry is on. */
const AllocationDetails = Type.Object({ telemetry_enabled: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])) });

export interface WarpBuildOptions {
  /** Base of the API, such as `https://backend.example/api/v1`, without a slash at its end. */
  readonly hostUrl: string;
  readonly runnerId: string;
  /** Goes into the header `X-POLLING-SECRET` and nowhere else. */
  readonly pollingSecret: string;
}

export type AllocationResult = { readonly kind: "answered"; readonly isTelemetryEnabled: boolean } | Retry;

type Answer<T> = { readonly kind: "answered"; readonly value: T } | Retry;

/** The WarpBuild API, as far as telemetry speaks it. Every call is one request, without a retry. */
export class WarpBuildClient implements UploadUrlSource {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ hostUrl, runnerId, pollingSecret }: WarpBuildOptions) {
    this.#base = `${hostUrl}/runners_instance/${encodeURIComponent(runnerId)}`;
    keepSecret(pollingSecret);
    this.#headers = { "x-polling-secret": pollingSecret, accept: "application/json" };
  }

  async uploadUrl(objectName: string, abort: AbortSignal): Promise<UploadUrlResult> {
    const path = `presigned_log_upload_url?log-file-name=${encodeURIComponent(objectName)}`;
    const answer = await this.#get(path, UploadUrlAnswer, abort);
    if (answer.kind === "retry") return answer;
    keepSecretsOf(answer.value.url);
    return { kind: "url", url: answer.value.url };
  }

  /** Whether telemetry is wanted on this machine. Rejects only when `abort` fires. */
  async allocationDetails(abort: AbortSignal): Promise<AllocationResult> {
    const answer = await this.#get("allocation_details", AllocationDetails, abort);
    if (answer.kind === "retry") return answer;
    return { kind: "answered", isTelemetryEnabled: answer.value.telemetry_enabled !== false };
  }

  async #get<Schema extends typeof UploadUrlAnswer | typeof AllocationDetails>(
    path: string,
    schema: Schema,
    abort: AbortSignal,
  ): Promise<Answer<Static<Schema>>> {
    const what = path.split("?")[0] ?? path;
    try {
      const response = await fetch(`${this.#base}/${path}`, {
        headers: this.#headers,
        redirect: "manual",
        // A variable of Bun's has it print each request with its headers.
        verbose: false,
        signal: AbortSignal.any([abort, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      if (!response.ok) {
        const failure = because(`the API answered ${what}`, await answerFailure(response));
        const afterMs = retryAfterMs(response.headers);
        return { kind: "retry", ...failure, ...(afterMs === undefined ? {} : { afterMs }) };
      }
      const value = parseJson(await readText(response, ANSWER_MAX_BYTES));
      if (Value.Check(schema, value)) return { kind: "answered", value };
      return { kind: "retry", reason: `the API answered ${what} with something else than its contract says` };
    } catch (error) {
      abort.throwIfAborted();
      return { kind: "retry", ...because(`the API could not be asked for ${what}`, networkFailure(error)) };
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
