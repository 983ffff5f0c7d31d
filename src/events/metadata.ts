import { readText } from "../lib/http-answer.ts";
import { isJsonObject } from "../lib/json-object.ts";

/** The service answers on the same machine's link, in milliseconds. */
const METADATA_TIMEOUT_MS = 2000;
/** A notice has a hundred bytes, a list of them some thousand. */
const ANSWER_MAX_BYTES = 16 * 1024;

/** An answer of the service. */
export interface MetadataAnswer {
  readonly status: number;
  readonly text: string;
}

/** What a question is made of. */
export interface MetadataQuestion {
  readonly method?: "GET" | "PUT";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Asks the metadata service of a cloud: one request, through no proxy, and no redirect is followed. Rejects when there
 * is no answer in 2 s, and when `abort` fires.
 */
export async function askMetadata(
  base: string,
  { method = "GET", path, headers }: MetadataQuestion,
  abort: AbortSignal,
): Promise<MetadataAnswer> {
  const response = await fetch(base + path, {
    method,
    headers: { ...headers },
    redirect: "manual",
    proxy: false,
    keepalive: false,
    // A variable of Bun's has it print each request with its headers.
    verbose: false,
    signal: AbortSignal.any([abort, AbortSignal.timeout(METADATA_TIMEOUT_MS)]),
  });
  return { status: response.status, text: await readText(response, ANSWER_MAX_BYTES) };
}

/** The value of a JSON text, undefined for any other text. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The member of a JSON object; undefined when there is none, or no object. */
export function member(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined;
}
