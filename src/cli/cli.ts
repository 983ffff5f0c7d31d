import { ConfigError } from "../config/config-error.ts";
import { logOf } from "../lib/log.ts";
import { parseCommandLine } from "./command-line.ts";
import type { CliContext } from "./context.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

/** Runs one command line from its arguments to its exit code. Never throws. */
export async function runCli(context: CliContext): Promise<ExitCode> {
  const line = parseCommandLine(context.argv);
  if (line.kind === "usage-error") {
    context.err(line.text);
    return EXIT.usage;
  }
  try {
    return await line.command.run(context, line.invocation);
  } catch (error) {
    if (error instanceof ConfigError) {
      // Plain text, because the format of the log may be the setting that is wrong.
      context.err(`${error.message}\n`);
      return EXIT.usage;
    }
    logOf("cli").error("Ended by an unexpected error", { error: error instanceof Error ? error.stack : error });
    return EXIT.failed;
  }
}
