import { describeConfig } from "../../config/describe-config.ts";
import { refuseForeignFiles } from "../../config/foreign-files.ts";
import type { Command, Invocation } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { ONLINE_FLAG, OPTION_FLAGS, SETTINGS_FLAG } from "../flags.ts";
import { load } from "../load.ts";
import { VERSION } from "../version.ts";

/**
 * Prints the configuration as `run` would use it, and what `run` could not use of it. Starts nothing of the agent. Throws
 * a `ConfigError`.
 */
export const validate: Command = {
  name: "validate",
  description: "print the configuration with its sources, and check it",
  flags: [SETTINGS_FLAG, ONLINE_FLAG, ...OPTION_FLAGS],
  run: printConfig,
};

async function printConfig(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const { out, err, variables, executableDirectory, stop } = context;
  const loaded = await load(context, invocation, { wait: false });
  if (loaded === undefined) return EXIT.failed;
  out(describeConfig(loaded));
  for (const { message, facts } of loaded.warnings) {
    const shown = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
    err(`Warning: ${message} (${shown.join(", ")})\n`);
  }
  refuseForeignFiles(loaded);
  // An agent that is switched off looks at nothing.
  if (!loaded.config.enabled) return EXIT.delivered;
  const environment = { version: VERSION, variables, executableDirectory };
  const { preflight } = await import("../../manager/preflight.ts");
  const { problems, warnings } = await preflight(loaded.config, environment, {
    isOnline: invocation.isOnline === true,
    abort: stop,
  });
  if (stop.aborted) return EXIT.failed;
  for (const warning of warnings) err(`Warning: ${warning}\n`);
  for (const problem of problems) err(`${problem}\n`);
  return problems.length === 0 ? EXIT.delivered : EXIT.usage;
}
