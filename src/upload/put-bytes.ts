import { errorSummary, networkReason, retryAfterMs } from "../lib/http-answer.ts";
import type { Batch, PutResult } from "../pipeline.ts";

/** A PUT that does not end: this long, and as long again as the body takes at 128 bytes a ms, a slow uplink. */
const PUT_TIMEOUT_MS = 30_000;
const SLOWEST_BYTES_PER_MS = 128;

/** What came back from a PUT. `failed` when nothing did: the object may be stored all the same. */
export type PutAnswer =
  | { readonly kind: "answered"; readonly status: number; readonly headers: Headers; readonly summary: string }
  | { readonly kind: "failed"; readonly reason: string };

/** The body of a batch in one piece: a view where it does not wrap, else a copy. */
export function bodyOf(batch: Batch): Uint8Array<ArrayBuffer> {
  const [first, ...rest] = batch.slices;
  // Views of a file's memory; fetch copies them before it returns.
  if (first !== undefined && rest.length === 0) return first;
  return new Uint8Array(Buffer.concat(batch.slices));
}

/**
 * One PUT of `body` to `url`, no retry, redirects not followed: a signed request must not go elsewhere. Rejects only
 * with the reason of `abort`.
 */
export async function putBytes(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array<ArrayBuffer>,
  abort: AbortSignal,
): Promise<PutAnswer> {
  const timeout = AbortSignal.timeout(PUT_TIMEOUT_MS + body.length / SLOWEST_BYTES_PER_MS);
  try {
    const response = await fetch(url, {
      method: "PUT",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.any([abort, timeout]),
    });
    const summary = response.ok ? "" : await errorSummary(response);
    if (response.ok) await response.body?.cancel();
    return { kind: "answered", status: response.status, headers: response.headers, summary };
  } catch (error) {
    abort.throwIfAborted();
    return { kind: "failed", reason: networkReason(error) };
  }
}

/** Any answer that does not mean "stored" as a wish to try again: the lines are the user's, we never give them up. */
export function retryOf(answer: PutAnswer): PutResult {
  if (answer.kind === "failed") return { kind: "retry", reason: answer.reason };
  const { status, summary, headers } = answer;
  const reason =
    status >= 300 && status < 400 ? `${status}, a redirect, which is not followed` : `${status} ${summary}`.trim();
  const afterMs = retryAfterMs(headers);
  return { kind: "retry", reason, ...(afterMs === undefined ? {} : { afterMs }) };
}

export function isStored(status: number): boolean {
  return status === 200 || status === 201 || status === 204;
}
