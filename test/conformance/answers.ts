/** The answers of OTLP/HTTP as expectations. Protobuf is read by protobufjs with full reflection, not by our codec. */
import { expect } from "bun:test";
import type { Encoding } from "../../src/otlp/export-request.ts";
import { otlpJson } from "../otlp/oracle.ts";
import { valueAt } from "../support/json.ts";
import { CONTENT_TYPES, type Exchange } from "./conversation.ts";

export type Answer = Pick<Exchange, "status" | "contentType" | "body">;

export async function answerOf(response: Response): Promise<Answer> {
  return {
    status: response.status,
    contentType: response.headers.get("content-type"),
    body: await response.bytes(),
  };
}

/** Items 18 to 20: an empty response message in the sender's encoding, its Content-Type without parameters. */
export function expectSuccess(answer: Answer, encoding: Encoding): void {
  const { status, contentType, body } = answer;
  const wanted = { status: 200, contentType: CONTENT_TYPES[encoding], text: encoding === "json" ? "{}" : "" };
  expect({ status, contentType, text: text(body) }).toEqual(wanted);
}

/** A partial success that rejects nothing and says something, in JSON. */
export function expectWarning({ status, body }: Answer, says: RegExp): void {
  const warned = { partialSuccess: { errorMessage: expect.stringMatching(says) } };
  expect({ status, answer: JSON.parse(text(body)) }).toEqual({ status: 200, answer: warned });
}

/** Item 25: a google.rpc.Status in `encoding`, its message in English words. Returns it. */
export function expectFailure(answer: Answer, encoding: Encoding, status: number, says: RegExp = /./): FailureStatus {
  expect([answer.status, answer.contentType], Buffer.from(answer.body).toString("latin1")).toEqual([
    status,
    CONTENT_TYPES[encoding],
  ]);
  const failure = statusOf(answer, encoding);
  expect(failure.message).toMatch(says);
  expect(failure.message).toMatch(/^Cannot \w+/);
  expect(failure.code).toBeGreaterThan(0);
  return failure;
}

export interface FailureStatus {
  readonly code: number;
  readonly message: string;
  /** Each detail in JSON form, with its `@type`. */
  readonly details: readonly unknown[];
}

const TYPE_URL = "type.googleapis.com/google.rpc.";

function statusOf({ body }: Answer, encoding: Encoding): FailureStatus {
  const status: unknown = encoding === "json" ? JSON.parse(text(body)) : decoded("Status", body);
  const details: unknown = valueAt(status, "details") ?? [];
  return {
    code: Number(valueAt(status, "code")),
    message: String(valueAt(status, "message")),
    details: (Array.isArray(details) ? details : []).map((detail) => (encoding === "json" ? detail : opened(detail))),
  };
}

/** A google.protobuf.Any of protobuf, in JSON's form. */
function opened(any: unknown): unknown {
  const typeUrl = String(valueAt(any, "typeUrl"));
  const value = Buffer.from(String(valueAt(any, "value")), "base64");
  const message = decoded(typeUrl.replace(TYPE_URL, ""), value);
  const seconds = valueAt(message, "retryDelay", "seconds");
  const inJson = seconds === undefined ? message : { retryDelay: `${Number(seconds)}s` };
  return { "@type": typeUrl, ...Object(inJson) };
}

function decoded(type: string, bytes: Uint8Array): unknown {
  return otlpJson(type, bytes);
}

export function text(body: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(body);
}

/** The detail that names the bad field (item 26). */
export function badRequest(field: unknown): unknown {
  const violation = { field, description: expect.stringMatching(/^Cannot read /) };
  return { "@type": `${TYPE_URL}BadRequest`, fieldViolations: [violation] };
}

export function retryInfo(seconds: number): unknown {
  return { "@type": `${TYPE_URL}RetryInfo`, retryDelay: `${seconds}s` };
}
