import { ConfigError } from "../config/config-error.ts";
import type { Config } from "../config/config.ts";
import { isJsonObject, type JsonObject } from "../lib/json-object.ts";
import { loadConfig } from "../config/load-config.ts";
import { systemCode } from "../lib/error-text.ts";
import { readStart } from "../lib/http-answer.ts";
import { localUrl } from "../lib/http-url.ts";
import { printable } from "../lib/printable.ts";
import { unlessAborted } from "../lib/sleep.ts";
import type { Invocation } from "./command.ts";
import type { CliContext } from "./context.ts";
import { load } from "./load.ts";

/** The key of what is wrong with the settings file as a whole. */
const SETTINGS_KEY = "settings";
/** Whoever has the port may answer without end. */
const ANSWER_MAX_BYTES = 16 * 1024 * 1024;
const MESSAGE_MAX = 300;
const STOPPED = "a signal ended the wait";

/** Why the agent did not do what it was asked for. The message is one line. */
export class AskError extends Error {
  override readonly name = "AskError";
  /** The HTTP status of a refusal; undefined when it was none. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

export interface Ask {
  readonly method: "GET" | "POST";
  /** With a query. */
  readonly path: string;
  /** Becomes JSON. */
  readonly body?: unknown;
  /** For all of it. */
  readonly timeoutMs: number;
  /** Ends it at once. */
  readonly stop: AbortSignal;
}

/**
 * Where the agent of this machine listens. The user of a job may not read the settings of root's agent: then flags and
 * variables say it, or the defaults. Throws AskError when the configuration is wrong, or a stop signal came.
 */
export async function agentUrl(context: CliContext, invocation: Invocation): Promise<string> {
  const { host, port } = (await configHere(context, invocation)).receiver;
  return localUrl(host, port);
}

/** The configuration as far as the user of this command may read it. Throws AskError as {@link agentUrl}. */
export async function configHere(context: CliContext, invocation: Invocation): Promise<Config> {
  const { variables, workingDirectory, hostName } = context;
  try {
    const loaded = await load(context, invocation, { wait: false }).catch((error: unknown) => {
      if (!isOfFile(error)) throw error;
      return loadConfig({ flags: invocation.flags, variables, workingDirectory, hostName });
    });
    if (loaded !== undefined) return loaded.config;
  } catch (error) {
    throw error instanceof ConfigError ? new AskError(oneLine(error.message)) : error;
  }
  throw new AskError(STOPPED);
}

function isOfFile(error: unknown): boolean {
  return error instanceof ConfigError && error.problems.every(({ key }) => key === SETTINGS_KEY);
}

/** Asks, once, and answers the JSON of a 200. Ends within the time whatever the other side does. Rejects with AskError. */
export async function askAgent(url: string, ask: Ask): Promise<JsonObject> {
  const end = AbortSignal.any([AbortSignal.timeout(ask.timeoutMs), ask.stop]);
  try {
    return await unlessAborted(fetchJson(url, ask, end), end);
  } catch (error) {
    throw asAskError(error, url, ask);
  }
}

/**
 * The body of a 200, as it comes, until the other side or `stop` ends it; `timeoutMs` is for the beginning of the answer.
 * Rejects with AskError.
 */
export async function openStream(
  url: string,
  { method, path, timeoutMs, stop }: Omit<Ask, "body">,
): Promise<ReadableStream<Uint8Array>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("", "TimeoutError")), timeoutMs);
  const signal = AbortSignal.any([late.signal, stop]);
  try {
    const request = fetch(`${url}${path}`, { method, signal, proxy: false, redirect: "error" });
    const response = await unlessAborted(request, signal);
    if (response.ok && response.body !== null) return response.body;
    const { text } = await readStart(response, ANSWER_MAX_BYTES);
    throw refusal(url, response, objectIn(text) ?? {});
  } catch (error) {
    throw asAskError(error, url, { timeoutMs, stop });
  } finally {
    clearTimeout(timer);
  }
}

function asAskError(error: unknown, url: string, ask: Pick<Ask, "timeoutMs" | "stop">): AskError {
  if (error instanceof AskError) return error;
  return new AskError(ask.stop.aborted ? STOPPED : `${reasonOf(error, ask)} at ${url}`);
}

async function fetchJson(url: string, { method, path, body }: Ask, signal: AbortSignal): Promise<JsonObject> {
  const response = await fetch(`${url}${path}`, {
    method,
    signal,
    proxy: false,
    redirect: "error",
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  const { text } = await readStart(response, ANSWER_MAX_BYTES);
  const answer = objectIn(text);
  if (answer === undefined) {
    throw new AskError(`${url} answers ${response.status} without a JSON object, as another program or an older agent`);
  }
  if (!response.ok) throw refusal(url, response, answer);
  return answer;
}

function refusal(url: string, { status }: Response, { message = "without a reason" }: JsonObject): AskError {
  return new AskError(`${url} answers ${status}: ${oneLine(String(message))}`, status);
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown, { timeoutMs }: Pick<Ask, "timeoutMs">): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (systemCode(error) === "ECONNREFUSED") return "nobody listens";
  if (error.name === "TimeoutError") return `no answer within ${timeoutMs / 1000} s`;
  return oneLine(error.message);
}

function oneLine(text: string): string {
  return printable(text.replaceAll("\n", "; ").slice(0, MESSAGE_MAX));
}
