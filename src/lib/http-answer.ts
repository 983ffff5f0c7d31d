/** What the answers of other servers mean, for those who call them with `fetch`. */
import type { Failure } from "./failure.ts";

/** Body bytes of an error answer that are looked at. */
const ERROR_TEXT_MAX_BYTES = 8 * 1024;

/** `Retry-After` in ms: seconds or an HTTP date (RFC 9110 §10.2.3). Undefined when it is absent or senseless. */
export function retryAfterMs(headers: Headers, nowMs: number = Date.now()): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/**
 * What an error answer of an API says: its status, with the kind of its body; its own words, which may repeat a signed
 * URL or a secret, are for the log alone. Reads at most 8 KiB and never rejects. The rest of the body is cancelled.
 */
export async function answerFailure(response: Response): Promise<Failure> {
  const text = await readText(response);
  if (text.trim() === "") return { reason: String(response.status) };
  if (/^\s*<(!doctype html|html)/i.test(text)) return { reason: `${response.status} and an HTML page` };
  return { reason: `${response.status}, its words are in the log`, detail: jsonMessage(text) ?? text };
}

/** The first `maxBytes` of a body as text; what has come when the connection breaks. Never rejects. */
export async function readText(response: Response, maxBytes: number = ERROR_TEXT_MAX_BYTES): Promise<string> {
  return (await readStart(response, maxBytes)).text;
}

/** The beginning of a body. */
export interface BodyStart {
  readonly text: string;
  /** The body broke off before so much of it had come: it is not known what it says. */
  readonly isBroken: boolean;
}

/** The first `maxBytes` of a body; the rest of it is cancelled. Never rejects. */
export async function readStart(response: Response, maxBytes: number): Promise<BodyStart> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let isBroken = false;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= maxBytes) break;
    }
  } catch {
    isBroken = true;
  }
  return { text: new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes)), isBroken };
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
