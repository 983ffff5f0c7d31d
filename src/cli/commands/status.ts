import { ConfigError } from "../../config/config-error.ts";
import type { LoadedConfig } from "../../config/load-config.ts";
import { isJsonObject, type JsonObject } from "../../lib/json-object.ts";
import { homePlace } from "../../home/home-place.ts";
import { readLiveToken } from "../../home/live-token.ts";
import { systemCode } from "../../lib/error-text.ts";
import { localUrl } from "../../lib/http-url.ts";
import { mask } from "../../lib/mask.ts";
import { printableLines } from "../../lib/printable.ts";
import type { Command, Invocation } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { optionFlags, SETTINGS_FLAG } from "../flags.ts";
import { impostorReason } from "./impostor.ts";
import { load } from "../load.ts";
import { summarize, verdictOf } from "./status-summary.ts";

/** The key of what is wrong with the settings file as a whole. */
const SETTINGS_KEY = "settings";
/** The agent answers from memory, so one that takes longer is not well. */
const ANSWER_TIMEOUT_MS = 3000;

/** Asks the running agent for `/stats` and prints a summary. 0: healthy or degraded; 1: unhealthy or not running. */
export const status: Command = {
  name: "status",
  description: "ask the agent that runs on this machine how it is",
  flags: [SETTINGS_FLAG, ...optionFlags("port", "host", "base-directory")],
  run: askAgent,
};

async function askAgent(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const loaded = await loadUnlessWaiting(context, invocation);
  if (loaded === undefined) return EXIT.failed;
  const url = localUrl(loaded.config.receiver.host, loaded.config.receiver.port);

  const impostor = impostorReason(loaded);
  if (impostor !== undefined) {
    context.err(`Cannot ask the agent at ${url}: ${impostor}; what is sent there does not reach the agent\n`);
    return EXIT.failed;
  }
  let stats: JsonObject;
  try {
    stats = await fetchJson(`${url}/stats`);
  } catch (error) {
    context.err(`Cannot ask the agent at ${url}: ${reasonOf(error)}; is it running, and on this --port?\n`);
    return EXIT.failed;
  }

  // Whoever has the port may answer, and write what a terminal would obey.
  context.out(printableLines(mask(summarize(url, stats))));
  // Only a person gets the token: who reads the log of a job could look at the page with it.
  if (context.screen() !== undefined) context.out(livePageLine(url, loaded));
  const verdict = verdictOf(stats);
  return verdict === "healthy" || verdict === "degraded" ? EXIT.delivered : EXIT.failed;
}

/** Where the page is; with the token, for who may read it in the agent's folder. */
function livePageLine(url: string, { config }: LoadedConfig): string {
  if (!config.page.isEnabled) return "";
  const token = readLiveToken(homePlace(config.baseDirectory).path);
  // Behind the #, which no browser sends and no proxy sees.
  return `Live page: ${url}/${token === undefined ? "" : `#token=${token}`}\n`;
}

/** Undefined, and told, while an agent that was started with the same settings file waits for that file. */
async function loadUnlessWaiting(context: CliContext, invocation: Invocation): Promise<LoadedConfig | undefined> {
  try {
    return await load(context, invocation, { wait: false });
  } catch (error) {
    if (!(error instanceof ConfigError) || !error.problems.every(({ key }) => key === SETTINGS_KEY)) throw error;
    context.err(`${error.message}\nAn agent that was started with this settings file waits for it\n`);
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (systemCode(error) === "ECONNREFUSED") return "nobody listens there";
  if (error.name === "TimeoutError") return `no answer within ${ANSWER_TIMEOUT_MS / 1000} s`;
  return error.message;
}

async function fetchJson(url: string): Promise<JsonObject> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS), proxy: false });
  const body: unknown = await response.json().catch(() => undefined);
  if (!isJsonObject(body)) throw new Error(`status ${response.status} without a JSON object, as from another program`);
  if (!response.ok) throw new Error(`status ${response.status}, ${String(body["message"])}`);
  return body;
}
