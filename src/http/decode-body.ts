import { DecodeError } from "../otlp/decode-error.ts";
import {
  type DecodeLimits,
  decodeAny,
  decodePlain,
  type Encoding,
  type ExportRequest,
} from "../otlp/export-request.ts";
import type { Signal } from "../pipeline.ts";
import type { Charset } from "./charset.ts";
import type { ContentEncoding } from "./content-encoding.ts";
import { type Reason, type Refusal, refuse, tooLarge } from "./refusals.ts";

/** What a body is, and what may become of it. Plain data: it goes to the Worker as it is. */
export interface Form extends DecodeLimits {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly contentEncoding: ContentEncoding | "identity";
  /** Of JSON; protobuf has none. */
  readonly charset: Charset;
  /** Of the body, before and after decompression. */
  readonly maxRequestBytes: number;
}

/** What came of a body: its line and counts, or why it cannot be taken. */
export type Decoded =
  | { readonly kind: "decoded"; readonly request: ExportRequest }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** The same, or `left`: it would have taken more than was allowed; `isSlow` when only the slow half of the codec can. */
export type Outcome = Decoded | { readonly kind: "left"; readonly isSlow: boolean };

export function refusedAs(reason: Reason): Decoded {
  return { kind: "refused", refusal: refuse(reason) };
}

/** The slow half takes up to so many times as long for a byte. */
const SLOW_COST = 100;

/** What a body costs, in bytes of one for the fast half of the codec: what costs less goes first. */
export function costBytes(bytes: number, isSlow: boolean): number {
  return isSlow ? SLOW_COST * bytes : bytes;
}

/**
 * The fast half of the codec, for what exporters send; a line longer than `lineMaxBytes` is left. `body`, not
 * compressed, is not changed; a line of JSON is a view of it. Throws for defects only.
 */
export function decodeQuickly(body: Uint8Array, form: Form, lineMaxBytes = form.lineMaxBytes): Outcome {
  const { signal, encoding, nestingMax } = form;
  const limits = {
    nestingMax,
    lineMaxBytes: encoding === "json" ? form.lineMaxBytes : Math.min(form.lineMaxBytes, lineMaxBytes),
  };
  const request = decodePlain(signal, encoding, body, limits);
  if (request !== undefined) return { kind: "decoded", request };
  // A line of JSON is as long as its body: it was left for something else.
  return { kind: "left", isSlow: encoding === "json" || limits.lineMaxBytes === form.lineMaxBytes };
}

/** The slow half, for every request. `body`, not compressed, is changed and belongs to the result. Throws for defects only. */
export function decodeSlowly(body: Uint8Array, form: Form): Decoded {
  try {
    return { kind: "decoded", request: decodeAny(form.signal, form.encoding, body, form) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { kind: "refused", refusal: refusalOf(error, form) };
  }
}

function refusalOf({ kind, message, path }: DecodeError, { lineMaxBytes }: Form): Refusal {
  if (kind === "too-large") return tooLarge("its line of OTLP/JSON is longer", lineMaxBytes);
  return { reason: "bad-data", detail: message, ...(path !== "" && { field: path }) };
}
