import type { LiveMessages } from "./live-data.ts";

/** How long a browser waits before it connects again. */
const RETRY_MS = 2000;

const encoder = new TextEncoder();

/** A comment: it says nothing, and keeps the connection. */
export const HEARTBEAT = encoder.encode(": \n\n");

/** One message of the stream. */
export function messageOf<Name extends keyof LiveMessages>(
  name: Name,
  data: LiveMessages[Name],
): Uint8Array<ArrayBuffer> {
  return messageOfJson(name, JSON.stringify(data));
}

/** The same, of data that is JSON already. */
export function messageOfJson(name: keyof LiveMessages, json: string): Uint8Array<ArrayBuffer> {
  const retry = name === "state" ? `retry: ${RETRY_MS}\n` : "";
  return encoder.encode(`event: ${name}\n${retry}data: ${json}\n\n`);
}

/** Several messages as one chunk. */
export function joined(messages: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [first] = messages;
  return first !== undefined && messages.length === 1 ? first : Buffer.concat(messages);
}
