import type { Config } from "../../config/config.ts";
import { describeDestination } from "../../config/describe-config.ts";
import { formatDuration } from "../../config/duration.ts";
import { refuseForeignFiles } from "../../config/foreign-files.ts";
import { httpUrl } from "../../lib/http-url.ts";
import { logOf } from "../../lib/log.ts";
import { fired } from "../../lib/sleep.ts";
import { distrustOf } from "../../lib/trust.ts";
import type { StopReport } from "../../manager/stop-report.ts";
import type { Command, Invocation } from "../command.ts";
import type { CliContext, Manager, StartedStats } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { OPTION_FLAGS, SETTINGS_FLAG } from "../flags.ts";
import { load } from "../load.ts";
import { SAMPLE_REQUEST } from "../sample-request.ts";
import { complaintsIn } from "./status-summary.ts";
import { VERSION } from "../version.ts";

/** By then every part is up, and has found what it looks for. */
const FIRST_LOOK_MS = 15_000;

/** Where an agent that runs takes requests, and where it delivers them. */
interface Places {
  /** With the port that was taken if the configured one is 0. */
  readonly url: string;
  readonly objects: string;
}

/** The agent itself: from the configuration to the report of what was left. */
export const run: Command = {
  name: "run",
  description: "receive, keep and upload until a stop signal (default)",
  flags: [SETTINGS_FLAG, ...OPTION_FLAGS],
  run: runAgent,
};

async function runAgent(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const log = logOf("cli");
  const loaded = await load(context, invocation, { wait: true });
  if (loaded === undefined) {
    log.info("Stopped while waiting for the settings file");
    return EXIT.delivered;
  }
  const { config, warnings } = loaded;
  for (const { message, facts } of warnings) logOf("config").warn(message, facts);
  if (!config.enabled) {
    log.info("Nothing to do: telemetry.enabled is false");
    return EXIT.delivered;
  }

  refuseForeignFiles(loaded);
  warnOfForeignProgram(context);
  const { createManager = createTelemetryManager, stop } = context;
  const manager = await createManager(config, context);
  const stopRequested = fired(stop);
  try {
    // A stop does not wait for a start that is waiting for a port.
    await Promise.race([manager.start(), stopRequested]);
  } catch (error) {
    log.error("Cannot start", startFacts(error));
    return isConfigurationError(error) ? EXIT.usage : EXIT.failed;
  }
  // A start that a stop has overtaken may still be under way.
  if (!stop.aborted) tellReady(context, config, manager.getStats());

  const firstLook = setTimeout(() => tellHealth(manager), FIRST_LOOK_MS);
  const report = await Promise.race([manager.ended, stopRequested.then(() => manager.stop())]);
  clearTimeout(firstLook);
  return exitCodeOf(report);
}

/** Nothing where the agent has ended by itself already. */
function tellReady(context: CliContext, config: Config, stats: StartedStats): void {
  if (!stats.is_running) return;
  const places = { url: httpUrl(config.receiver.host, stats.port), objects: objectsOf(config, stats) };
  logOf("cli").info("Ready", { version: VERSION, ...places });
  if (context.isTerminal) context.err(welcome(config, places, context.executable));
}

/** Once: what an operator would learn from `status`, for whoever reads the log of a start only. */
function tellHealth(manager: Manager): void {
  for (const { part, ...complaint } of complaintsIn(manager.getStats())) {
    logOf("cli").warn("A part is not healthy", { part, ...complaint });
  }
}

function exitCodeOf({ linesLeft, unreadBytes = 0, delivered, reason, isFailure }: StopReport): ExitCode {
  const log = logOf("cli");
  const done = {
    ...(unreadBytes === 0 ? {} : { unreadBytes }),
    ...(delivered === undefined ? {} : { objects: delivered.objects, lines: delivered.lines, to: delivered.to }),
  };
  if (isFailure) {
    log.error("Ended because it could not go on", { linesLeft, reason });
    return EXIT.failed;
  }
  if (linesLeft === 0) {
    log.info("Stopped, no line is left", { reason, ...done });
    return EXIT.delivered;
  }
  log.warn("Stopped with lines left in the rings, the next start delivers them", { linesLeft, reason, ...done });
  return EXIT.linesLeft;
}

/** For people at a terminal: what happens now, and what to type next. */
function welcome({ upload }: Config, { url, objects }: Places, executable: string): string {
  return `
Objects go to ${objects} every ${formatDuration(upload.pushFrequencyMs)}, as soon as a batch is full, and at Ctrl-C.
In another terminal:
  ${executable} status --port ${new URL(url).port}
  curl ${url}/v1/logs -H 'Content-Type: application/json' -d '${SAMPLE_REQUEST}'

`;
}

/** A user who can replace the program of root becomes root at its next start. */
function warnOfForeignProgram({ executable }: CliContext): void {
  const distrust = distrustOf(executable);
  if (distrust === undefined) return;
  const { reason, remedy } = distrust;
  logOf("cli").warn("Others can replace this program; install it where its user alone can write", { reason, remedy });
}

/** A folder that is not named is in the folder that the agent has chosen for its files. */
function objectsOf(config: Config, { destination }: StartedStats): string {
  return config.upload.destination.kind === "folder" && destination !== null
    ? destination
    : describeDestination(config);
}

/** Imported when it is needed, so that the other commands do not load a web server. */
async function createTelemetryManager(config: Config, context: CliContext): Promise<Manager> {
  const { TelemetryManager } = await import("../../manager/telemetry-manager.ts");
  const { variables, executableDirectory } = context;
  return new TelemetryManager(config, { version: VERSION, variables, executableDirectory });
}

function isConfigurationError(error: unknown): boolean {
  return error instanceof Error && "isConfiguration" in error && error.isConfiguration === true;
}

function startFacts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error };
  return "stage" in error ? { stage: error.stage, error: error.message } : { error: error.stack };
}
