/**
 * What the answers of other servers mean, for those who call them with `fetch`. Texts made here go into logs and
 * `/stats`: none holds a URL, whose query string may be a secret.
 */

import { systemCode } from "./error-text.ts";

/** Body bytes of an error answer that are looked at. */
const ERROR_TEXT_MAX_BYTES = 8 * 1024;
/** Characters of it that are shown. */
const ERROR_TEXT_SHOWN = 200;

/** `Retry-After` in ms: seconds or an HTTP date (RFC 9110 §10.2.3). Undefined when it is absent or senseless. */
export function retryAfterMs(headers: Headers, nowMs: number = Date.now()): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** Why a `fetch` rejected, in a few words: the system's error code where there is one. */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return "the request failed";
  if (error.name === "TimeoutError") return "no answer in time";
  return systemCode(error) ?? error.name;
}

/**
 * What an error answer of a store says: the code of an S3 error, or the kind of its body; never its words, which may
 * repeat a signed URL. Reads at most 8 KiB and never rejects. The rest of the body is cancelled.
 */
export async function errorCode(response: Response): Promise<string> {
  const text = await readText(response);
  return codeIn(text) ?? kindOf(text);
}

/** As {@link errorCode}, and the message of a JSON error, without the words in `secrets`. */
export async function errorMessage(response: Response, secrets: readonly string[]): Promise<string> {
  const text = await readText(response);
  let message = jsonMessage(text) ?? codeIn(text) ?? kindOf(text);
  for (const secret of secrets) message = message.replaceAll(secret, "***");
  return message.slice(0, ERROR_TEXT_SHOWN);
}

function codeIn(text: string): string | undefined {
  return /<Code>([\w.]{1,60})<\/Code>/.exec(text)?.[1];
}

function kindOf(text: string): string {
  if (/^\s*<(!doctype html|html)/i.test(text)) return "an HTML page";
  return text === "" ? "" : "an unreadable body";
}

/** The first `maxBytes` of a body as text; empty when it cannot be read. Never rejects. */
export async function readText(response: Response, maxBytes: number = ERROR_TEXT_MAX_BYTES): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= maxBytes) break;
    }
  } catch {
    // The connection broke: what has come is what there is.
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes));
}

function jsonMessage(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("message" in value)) return undefined;
    return typeof value.message === "string" ? value.message : undefined;
  } catch {
    return undefined;
  }
}
