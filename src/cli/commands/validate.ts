import { describeConfig } from "../../config/describe-config.ts";
import type { Config } from "../../config/config.ts";
import { refuseForeignFiles } from "../../config/foreign-files.ts";
import { homePlace } from "../../home/home-place.ts";
import { checkTrust, UntrustedError } from "../../lib/trust.ts";
import type { Command, Invocation } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { OPTION_FLAGS, SETTINGS_FLAG } from "../flags.ts";
import { load } from "../load.ts";

/** Prints the configuration as `run` would use it, without starting anything. Throws a `ConfigError`. */
export const validate: Command = {
  name: "validate",
  description: "print the configuration and where each value came from",
  flags: [SETTINGS_FLAG, ...OPTION_FLAGS],
  run: printConfig,
};

async function printConfig(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const loaded = await load(context, invocation, { wait: false });
  if (loaded === undefined) return EXIT.failed;
  context.out(describeConfig(loaded));
  for (const { message, facts } of loaded.warnings) {
    const shown = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
    context.err(`Warning: ${message} (${shown.join(", ")})\n`);
  }
  refuseForeignFiles(loaded);
  return checkPlaces(loaded.config, context);
}

/** The folders that `run` would use, as it would judge them. */
function checkPlaces({ baseDirectory, destination }: Config, { err }: CliContext): ExitCode {
  try {
    const { path, insteadOf, distrust } = homePlace(baseDirectory);
    if (distrust !== undefined) err(`Warning: ${distrust.reason} (to mend it: ${distrust.remedy})\n`);
    if (insteadOf !== undefined) err(`Warning: the agent's files are kept in ${path} instead of ${insteadOf}\n`);
    if (destination.kind === "folder" && destination.directory !== undefined) {
      const { directory } = destination;
      const foreign = checkTrust(`the destination "${directory}"`, directory, { isOursToMake: true });
      if (foreign !== undefined) err(`Warning: ${foreign.reason} (to mend it: ${foreign.remedy})\n`);
    }
    return EXIT.delivered;
  } catch (error) {
    if (!(error instanceof UntrustedError)) throw error;
    err(`${error.message}\n`);
    return EXIT.usage;
  }
}
