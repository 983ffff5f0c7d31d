import { type Failure, networkFailure } from "../lib/failure.ts";
import { answerFailure, retryAfterMs } from "../lib/http-answer.ts";
import type { Batch, PutResult } from "../pipeline.ts";

/** A request that does not end: this long, and as long again as the body takes at 128 bytes a ms, a slow link. */
const TIMEOUT_MS = 30_000;
const SLOWEST_BYTES_PER_MS = 128;
const PIECE_BYTES = 256 * 1024;

/** What came back from a PUT. `failed` when nothing did: the object may be stored all the same. */
export type PutAnswer =
  | ({ readonly kind: "answered"; readonly status: number; readonly headers: Headers } & Failure)
  | ({ readonly kind: "failed" } & Failure);

/**
 * One PUT of the batch to `url`, no retry, redirects not followed: a signed request must not go elsewhere. Rejects only
 * with the reason of `abort`.
 *
 * The body is streamed in pieces and the connection used once, both for the same reason: what Bun 1.4.5 holds in one
 * piece it copies whole, and it repeats such a PUT by itself when a pooled connection breaks. The second one then meets
 * its own object, and nobody knows whose it is.
 */
export async function putBatch(
  url: string,
  headers: Readonly<Record<string, string>>,
  batch: Batch,
  abort: AbortSignal,
): Promise<PutAnswer> {
  try {
    const response = await fetch(url, {
      method: "PUT",
      headers: { ...headers, "content-length": String(batch.bytes) },
      body: piecesOf(batch),
      redirect: "manual",
      keepalive: false,
      verbose: false,
      signal: withTimeout(abort, batch.bytes),
    });
    const failure = response.ok ? { reason: String(response.status) } : await answerFailure(response);
    if (response.ok) await response.body?.cancel();
    // Who has given up does not hear of it, so it counts as unanswered.
    abort.throwIfAborted();
    return { kind: "answered", status: response.status, headers: response.headers, ...failure };
  } catch (error) {
    abort.throwIfAborted();
    return { kind: "failed", ...networkFailure(error) };
  }
}

/** Fires with `abort`, or when a request or answer with a body of `bytes` has taken too long. */
export function withTimeout(abort: AbortSignal, bytes: number): AbortSignal {
  return AbortSignal.any([abort, AbortSignal.timeout(TIMEOUT_MS + bytes / SLOWEST_BYTES_PER_MS)]);
}

async function* piecesOf({ slices }: Batch): AsyncGenerator<Uint8Array> {
  for (const slice of slices) {
    for (let at = 0; at < slice.length; at += PIECE_BYTES) yield slice.subarray(at, at + PIECE_BYTES);
  }
}

/** Any answer that does not mean "stored" as a wish to try again: the lines are the user's, we never give them up. */
export function retryOf(answer: PutAnswer): PutResult {
  if (answer.kind === "failed") return { ...answer, kind: "retry" };
  const { status, headers, kind: _, ...failure } = answer;
  if (status >= 300 && status < 400) return { kind: "retry", reason: `${status}, a redirect, which is not followed` };
  const afterMs = retryAfterMs(headers);
  return { kind: "retry", ...failure, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** Whether it is known what became of a PUT: a store that fails, or whose answer is lost, may hold the object. */
export function isSettled(answer: PutAnswer): boolean {
  return answer.kind === "answered" && (isStored(answer.status) || (answer.status >= 300 && answer.status < 500));
}

export function isStored(status: number): boolean {
  return status === 200 || status === 201 || status === 204;
}
