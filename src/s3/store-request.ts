import { type Failure, networkFailure } from "../lib/failure.ts";
import type { SlicedBytes } from "../lib/same-bytes.ts";
import { readAnswer, type StoreAnswer } from "./store-answer.ts";

/** A request that does not end: this long, and as long again as the body takes at 128 bytes a ms, a slow link. */
const TIMEOUT_MS = 30_000;
const SLOWEST_BYTES_PER_MS = 128;
const PIECE_BYTES = 256 * 1024;

/** Bytes to be sent, in order. They must not change before the request has settled. */
export type Body = SlicedBytes;

export interface StoreRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Certificates in PEM that are trusted instead of the usual ones. */
  readonly ca?: string | undefined;
}

/** `failed`: no answer came. The store may have carried out the request all the same. */
export type PutAnswer =
  { readonly kind: "answered"; readonly answer: StoreAnswer } | ({ readonly kind: "failed" } & Failure);

/**
 * One PUT, no retry, redirects not followed: a signed request must not go elsewhere. Rejects only with the reason of
 * `abort`.
 *
 * The body is streamed in pieces and the connection used once, both for the same reason: what Bun 1.4.5 holds in one
 * piece it copies whole, and it repeats such a PUT by itself when a pooled connection breaks. The second PUT then meets
 * the object of the first.
 */
export async function putObject(
  { url, headers, ca }: StoreRequest,
  body: Body,
  abort: AbortSignal,
): Promise<PutAnswer> {
  try {
    const response = await fetch(url, {
      ...optionsOf(ca),
      method: "PUT",
      headers: { ...headers, "content-length": String(body.bytes) },
      body: piecesOf(body),
      signal: withTimeout(abort, body.bytes),
    });
    const answer = await readAnswer(response);
    // An answer that its caller does not wait for any more clears no doubt.
    abort.throwIfAborted();
    return { kind: "answered", answer };
  } catch (error) {
    abort.throwIfAborted();
    return { kind: "failed", ...networkFailure(error) };
  }
}

/**
 * One HEAD or GET, under the same rules, of an answer with at most `bytes`. Rejects with the reason of `abort`, or with
 * what `fetch` throws.
 */
export function readObject(
  method: "HEAD" | "GET",
  { url, headers, ca }: StoreRequest,
  bytes: number,
  abort: AbortSignal,
): Promise<Response> {
  return fetch(url, { ...optionsOf(ca), method, headers: { ...headers }, signal: withTimeout(abort, bytes) });
}

function optionsOf(ca: string | undefined) {
  // A variable of Bun's has it print each request with its headers.
  const options = { redirect: "manual", keepalive: false, verbose: false } as const;
  return ca === undefined ? options : { ...options, tls: { ca } };
}

function withTimeout(abort: AbortSignal, bytes: number): AbortSignal {
  return AbortSignal.any([abort, AbortSignal.timeout(TIMEOUT_MS + bytes / SLOWEST_BYTES_PER_MS)]);
}

async function* piecesOf({ slices }: Body): AsyncGenerator<Uint8Array> {
  for (const slice of slices) {
    for (let at = 0; at < slice.length; at += PIECE_BYTES) yield slice.subarray(at, at + PIECE_BYTES);
  }
}
