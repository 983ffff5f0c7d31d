/**
 * What the receiver answers, in the sender's encoding (OTLP/HTTP Response; google.rpc.Status for failures).
 * Every text is shortened: readers stop at 64 KiB (otelcol) or fail at 4 MiB (the specification's limit).
 */
import { encodeMessage, type MessageValue } from "./encode-message.ts";
import type { Encoding } from "./export-request.ts";
import { messageOf } from "./schema.ts";

/** Sent exactly like this, because the clients in Go and of the collector compare the whole string. */
export const CONTENT_TYPES: Readonly<Record<Encoding, "application/json" | "application/x-protobuf">> = {
  json: "application/json",
  protobuf: "application/x-protobuf",
};

export interface Status {
  /** google.rpc.Code. */
  readonly code: number;
  /** For people. Shortened when it is too long; what cannot be encoded is replaced. */
  readonly message: string;
  /** Adds a google.rpc.BadRequest: which field of the request is wrong, and why. */
  readonly fieldViolation?: { readonly field: string; readonly description: string } | undefined;
  /** Adds a google.rpc.RetryInfo. */
  readonly retryDelaySeconds?: number | undefined;
}

/** Characters of each text of an answer: at most 12 KiB of JSON, and there are at most three. */
const TEXT_MAX_CHARACTERS = 2048;
const TYPE_URL = "type.googleapis.com/google.rpc.";

/** The body of a full success: `{}`, or nothing. A new array each time. */
export function successBody(encoding: Encoding): Uint8Array {
  return new TextEncoder().encode(encoding === "json" ? "{}" : "");
}

/**
 * The body of a success that the sender should hear more about: `partial_success` with a message and nothing rejected
 * (OTLP/HTTP Response, Partial Success). Field 1 of the response is field 1 of every signal, and the message its field 2.
 */
export function warningBody(encoding: Encoding, message: string): Uint8Array {
  const errorMessage = shorten(message);
  if (encoding === "json") return jsonBody({ partialSuccess: { errorMessage } });
  return lengthDelimited(1, lengthDelimited(2, new TextEncoder().encode(errorMessage)));
}

/** A field of the wire type LEN; shorter than 16 KiB, so that its length has at most two bytes. */
function lengthDelimited(field: number, bytes: Uint8Array): Uint8Array {
  const length = bytes.length < 0x80 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Buffer.concat([Uint8Array.of((field << 3) | 2, ...length), bytes]);
}

/** The body of every 4xx and 5xx. */
export function statusBody(encoding: Encoding, status: Status): Uint8Array {
  const { code, message, fieldViolation, retryDelaySeconds } = status;
  const details: Detail[] = [];
  if (fieldViolation !== undefined) {
    const field = shorten(fieldViolation.field);
    const fieldViolations = [{ field, description: shorten(fieldViolation.description) }];
    details.push({ type: "BadRequest", json: { fieldViolations }, protobuf: { fieldViolations } });
  }
  if (retryDelaySeconds !== undefined) details.push(retryInfo(retryDelaySeconds));
  const text = shorten(message);
  if (encoding === "protobuf")
    return encodeMessage(messageOf("Status"), { code, message: text, details: details.map(any) });
  const inlined = details.map(({ type, json }) => ({ "@type": TYPE_URL + type, ...json }));
  return jsonBody({ code, message: text, ...(inlined.length > 0 && { details: inlined }) });
}

/** One message inside google.protobuf.Any, which JSON writes in another way. */
interface Detail {
  readonly type: "BadRequest" | "RetryInfo";
  readonly json: MessageValue;
  readonly protobuf: MessageValue;
}

function any({ type, protobuf }: Detail): MessageValue {
  return { typeUrl: TYPE_URL + type, value: encodeMessage(messageOf(type), protobuf) };
}

/** A google.protobuf.Duration is `"1.5s"` in JSON. */
function retryInfo(delaySeconds: number): Detail {
  const delayMs = Math.round(delaySeconds * 1000);
  const seconds = Math.floor(delayMs / 1000);
  return {
    type: "RetryInfo",
    json: { retryDelay: `${delayMs / 1000}s` },
    protobuf: { retryDelay: { seconds: String(seconds), nanos: (delayMs - seconds * 1000) * 1_000_000 } },
  };
}

function shorten(text: string): string {
  const kept = text.length > TEXT_MAX_CHARACTERS ? `${text.slice(0, TEXT_MAX_CHARACTERS - 1)}…` : text;
  return kept.toWellFormed();
}

function jsonBody(value: MessageValue): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
