import type { Encoding } from "../otlp/export-request.ts";
import { CONTENT_TYPES, statusBody, successBody } from "../otlp/responses.ts";

/** Codes of google.rpc.Status (google/rpc/code.proto). */
export const RpcCode = {
  unknown: 2,
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/**
 * Seconds in Retry-After. Small, because SDKs give up when it exceeds what is left of their 10 s; an integer, because
 * some read nothing else.
 */
export const RETRY_AFTER_SECONDS = 2;

/** Full success: an empty response message (OTLP/HTTP Response, Full Success). The Content-Type has no parameters. */
export function success(encoding: Encoding): Response {
  return new Response(successBody(encoding), { headers: { "content-type": CONTENT_TYPES[encoding] } });
}

export interface Failure {
  readonly httpStatus: number;
  readonly code: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fieldViolation?: { readonly field: string; readonly description: string };
}

/** Any failure: a google.rpc.Status in the sender's encoding, JSON where that is unknown (OTLP/HTTP Failures). */
export function failure(
  encoding: Encoding | undefined,
  { httpStatus, code, message, headers, fieldViolation }: Failure,
): Response {
  const known = encoding ?? "json";
  const body = statusBody(known, { code, message, ...(fieldViolation === undefined ? {} : { fieldViolation }) });
  return new Response(body, { status: httpStatus, headers: { "content-type": CONTENT_TYPES[known], ...headers } });
}

/**
 * "Not now": 503, the one code that every client retries (429 is not retried by some). `more` are headers besides
 * Retry-After.
 */
export function busy(
  encoding: Encoding | undefined,
  message: string,
  more: Readonly<Record<string, string>> = {},
): Response {
  const code = RpcCode.unavailable;
  const retryAfter = String(RETRY_AFTER_SECONDS);
  const body = statusBody(encoding ?? "json", { code, message, retryDelaySeconds: RETRY_AFTER_SECONDS });
  const headers = { "content-type": CONTENT_TYPES[encoding ?? "json"], "retry-after": retryAfter, ...more };
  return new Response(body, { status: 503, headers });
}
