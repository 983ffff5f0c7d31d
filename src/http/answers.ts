import type { Encoding } from "../otlp/export-request.ts";
import { CONTENT_TYPES, statusBody, successBody, warningBody } from "../otlp/responses.ts";
import type { Warned } from "./foreign-line.ts";
import { grpcError, isGrpcCall } from "./grpc.ts";
import { encodingOf } from "./media-type.ts";
import { type Reason, REFUSALS, type Refusal, RETRY_AFTER_SECONDS } from "./refusals.ts";

/** Of a refused body that says how long it is: as long a one as OTLP recommends to take (OTLP/HTTP Request). */
const DISCARD_MAX_BYTES = 64 * 1024 * 1024;

/** Whoever counts the requests that are not taken. */
export interface Counters {
  count(reason: Reason): void;
}

/** What the answer to every request that is taken is made of; made once, which takes half of the time. */
const SUCCESS = { json: successParts("json"), protobuf: successParts("protobuf") };

function successParts(encoding: Encoding): { readonly body: string; readonly headers: Headers } {
  const body = new TextDecoder().decode(successBody(encoding));
  return { body, headers: new Headers({ "content-type": CONTENT_TYPES[encoding] }) };
}

/** Full success: an empty response message (OTLP/HTTP Response, Full Success). The Content-Type has no parameters. */
export function success(encoding: Encoding): Response {
  const { body, headers } = SUCCESS[encoding];
  return new Response(body, { headers });
}

/** A request that is stored, and that no reader of OTLP will find anything in. */
export function successWithWarning({ encoding, warning }: Warned): Response {
  return new Response(warningBody(encoding, warning), { headers: { "content-type": CONTENT_TYPES[encoding] } });
}

/**
 * The one place where a request that is not taken is counted and answered: with a google.rpc.Status in the sender's
 * encoding, JSON where that is unknown (OTLP/HTTP Failures), or as gRPC has it.
 */
export function refused(request: Request, refusal: Refusal, counters: Counters): Response {
  counters.count(refusal.reason);
  if (isGrpcCall(request)) return grpcRefusal(refusal);
  const encoding = encodingOf(request.headers.get("content-type")) ?? "json";
  const isLast = REFUSALS[refusal.reason].connection === "close" || isTooLongToDiscard(request);
  const { body, init } = refusalParts(refusal, encoding, isLast);
  return new Response(body, init);
}

/** Without "connection": HTTP/2 has no such header, and gRPC nothing else (RFC 9113 §8.2.2). */
function grpcRefusal({ reason, detail }: Refusal): Response {
  const { code, text } = REFUSALS[reason];
  return grpcError(code, text(detail));
}

interface RefusalParts {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly init: { readonly status: number; readonly headers: Headers };
}

/** Refusals that say the same to everybody, made once: it is they that many are answered at a time. */
const COMMON_REFUSALS = new Map<string, RefusalParts>();

function refusalParts(refusal: Refusal, encoding: Encoding, isLast: boolean): RefusalParts {
  const { reason, detail, field, headers } = refusal;
  if (detail !== "" || field !== undefined || headers !== undefined) return makeParts(refusal, encoding, isLast);
  const key = `${reason} ${encoding} ${isLast}`;
  return COMMON_REFUSALS.getOrInsertComputed(key, () => makeParts(refusal, encoding, isLast));
}

function makeParts({ reason, detail, field, headers }: Refusal, encoding: Encoding, isLast: boolean): RefusalParts {
  const { kind, httpStatus, code, text } = REFUSALS[reason];
  const message = text(detail);
  const isRefusal = kind === "refusal";
  const body = statusBody(encoding, {
    code,
    message,
    ...(isRefusal && { retryDelaySeconds: RETRY_AFTER_SECONDS }),
    ...(field !== undefined && { fieldViolation: { field, description: message } }),
  });
  const all = new Headers({
    "content-type": CONTENT_TYPES[encoding],
    ...(isRefusal && { "retry-after": String(RETRY_AFTER_SECONDS) }),
    ...(isLast && { connection: "close" }),
    ...headers,
  });
  return { body: Uint8Array.from(body), init: { status: httpStatus, headers: all } };
}

/**
 * Bun throws away what still comes of a body that nobody reads, in no memory, and the connection goes on. To close it
 * while the sender writes would take the answer along (RFC 9112 §9.6): the exporters of Go and JavaScript see a broken
 * pipe then instead of a 413 or a 503, and repeat what can never be taken, or drop what they were asked to keep.
 */
function isTooLongToDiscard(request: Request): boolean {
  return Number(request.headers.get("content-length") ?? 0) > DISCARD_MAX_BYTES;
}
