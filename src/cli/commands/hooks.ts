import { existsSync, fchmodSync } from "node:fs";
import { resolve } from "node:path";
import { describeDestination } from "../../config/describe-config.ts";
import { readPlaces } from "../../config/load-config.ts";
import { errorText } from "../../lib/error-text.ts";
import { HeldFolder } from "../../lib/held-folder.ts";
import { localUrl } from "../../lib/http-url.ts";
import { makeParents } from "../../lib/make-folder.ts";
import { printable } from "../../lib/printable.ts";
import { UntrustedError } from "../../lib/trust.ts";
import { type Command, type Invocation, valueOf } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXPORT_FLAG, SETUP_INFO_FLAG, SHELL_FLAG, SUMMARY_FLAG } from "../control-flags.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type Flag, optionFlags, SETTINGS_FLAG } from "../flags.ts";
import { type HookMoment, powershellScript, shellScript } from "../hook-scripts.ts";
import { load } from "../load.ts";
import { writeSetupInfo } from "../setup-info.ts";
import { VERSION } from "../version.ts";

/** Everybody may read and run them: the runner has a user of its own. */
const SCRIPT_MODE = 0o755;
const WHAT = "the folder of the hooks";
/** What only one of the scripts is told. */
const OWN_FLAGS: Readonly<Record<HookMoment, Flag>> = { started: EXPORT_FLAG, completed: SUMMARY_FLAG };
/** Stands for the name of a machine that there is not yet. */
const HOST_NAME = "HOST";
const VARIABLES: Readonly<Record<HookMoment, string>> = {
  started: "ACTIONS_RUNNER_HOOK_JOB_STARTED",
  completed: "ACTIONS_RUNNER_HOOK_JOB_COMPLETED",
};

/** Writes the scripts that a runner starts before and after a job, and says which variables name them. */
export const hooks: Command = {
  name: "hooks",
  argument: "[dir]",
  description: "write the scripts that GitHub's runner starts before and after a job, see 'help hooks-and-marks'",
  flags: [
    SHELL_FLAG,
    EXPORT_FLAG,
    SUMMARY_FLAG,
    SETUP_INFO_FLAG,
    SETTINGS_FLAG,
    ...optionFlags("port", "host", "destination", "base-directory"),
  ],
  run: writeHooks,
};

async function writeHooks(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const { err, workingDirectory } = context;
  const { argument: directory } = invocation;
  const setupInfo = valueOf(invocation, SETUP_INFO_FLAG);
  if (directory === undefined && setupInfo === undefined) {
    err("error: missing argument [dir] or --setup-info <file> of 'hooks'\n");
    return EXIT.usage;
  }
  try {
    if (directory !== undefined) writeScripts(context, invocation, resolve(workingDirectory, directory));
    if (setupInfo === undefined) return EXIT.delivered;
    return await tellSetup(context, invocation, resolve(workingDirectory, setupInfo));
  } catch (error) {
    if (error instanceof Error && error.name === "ConfigError") throw error;
    const text = errorText(error);
    err(`${text.startsWith("Cannot ") ? text : `Cannot write the hooks: ${text}`}\n`);
    return error instanceof UntrustedError ? EXIT.usage : EXIT.failed;
  }
}

function writeScripts(
  { out, executable, workingDirectory }: CliContext,
  invocation: Invocation,
  directory: string,
): void {
  // The lines that are printed become lines of a file.
  if (printable(directory) !== directory) {
    throw new Error(
      `Cannot write the hooks to ${printable(directory)}: its name has control characters, a name without wanted`,
    );
  }
  const isPowershell = valueOf(invocation, SHELL_FLAG) === "ps1";
  // First, because a wrong flag leaves no folder behind.
  const scripts = (["started", "completed"] as const).map((moment) => {
    const script = { moment, program: executable, args: argsOf(moment, invocation, workingDirectory) };
    const name = `job-${moment}.${isPowershell ? "ps1" : "sh"}`;
    return { moment, name, text: isPowershell ? powershellScript(script) : shellScript(script) };
  });
  if (!existsSync(directory)) makeParents(WHAT, directory);
  const folder = HeldFolder.findTrusted(WHAT, directory);
  try {
    for (const { moment, name, text } of scripts) {
      folder.replaceFile(name, text, (fd) => fchmodSync(fd, SCRIPT_MODE));
      out(`${VARIABLES[moment]}=${folder.pathOf(name)}\n`);
    }
  } finally {
    folder.close();
  }
}

/** Only what was given: the rest is found when a job starts, with the settings of then. Throws ConfigError. */
function argsOf(
  moment: HookMoment,
  { flags, settingsPath, ...invocation }: Invocation,
  workingDirectory: string,
): readonly string[] {
  readPlaces({ flags, variables: {}, workingDirectory });
  const own = OWN_FLAGS[moment];
  const [port, host] = [flags.get("telemetry.port"), flags.get("telemetry.host")];
  return [
    ...(valueOf(invocation, own) === undefined ? [] : [`--${own.name}`]),
    ...(typeof port === "string" ? [`--port=${port}`] : []),
    ...(typeof host === "string" ? [`--host=${host}`] : []),
    ...(settingsPath === undefined ? [] : [`--settings=${resolve(workingDirectory, settingsPath)}`]),
  ];
}

async function tellSetup(context: CliContext, invocation: Invocation, file: string): Promise<ExitCode> {
  // The machine that makes the image is not the one whose name the objects will bear.
  const loaded = await load({ ...context, hostName: HOST_NAME }, invocation, { wait: false });
  if (loaded === undefined) return EXIT.failed;
  const { config } = loaded;
  const lines = config.enabled
    ? [
        `Telemetry is on: warp-telemetry ${VERSION}`,
        `Objects go to ${describeDestination(config)}`,
        `OpenTelemetry data is taken at ${localUrl(config.receiver.host, config.receiver.port)}`,
      ]
    : [`Telemetry is off: warp-telemetry ${VERSION}`];
  writeSetupInfo(file, lines.map(printable).join("\n"));
  context.out(`"${file}" says it to every job\n`);
  return EXIT.delivered;
}
