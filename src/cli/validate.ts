import { describeConfig } from "../config/describe-config.ts";
import type { Invocation } from "./command-line.ts";
import type { CliContext } from "./context.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { load } from "./load.ts";

/** Prints the configuration as `run` would use it, without starting anything. Throws a `ConfigError`. */
export async function validate(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const loaded = await load(context, invocation, { wait: false });
  if (loaded === undefined) return EXIT.failed;
  context.out(describeConfig(loaded));
  for (const { message, facts } of loaded.warnings) {
    const shown = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
    context.err(`Warning: ${message} (${shown.join(", ")})\n`);
  }
  return EXIT.delivered;
}
