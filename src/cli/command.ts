import type { FlagValue } from "../config/places.ts";
import type { CommandName } from "./command-names.ts";
import type { CliContext } from "./context.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Flag } from "./flags.ts";

/** One command: what people see of it, the flags that it takes, and what it does. */
export interface Command {
  readonly name: CommandName;
  /** What it wants besides flags, as help shows it: `<file>`. Absent: nothing. */
  readonly argument?: string;
  readonly description: string;
  /** Its own flags, in the order of its help; another command's flag is a mistake. */
  readonly flags: readonly Flag[];
  /** From a command line without mistakes to the exit code. Throws ConfigError. */
  readonly run: (context: CliContext, invocation: Invocation) => ExitCode | Promise<ExitCode>;
}

/** What the command line says. */
export interface Invocation {
  /** By option key. */
  readonly flags: ReadonlyMap<string, FlagValue>;
  readonly settingsPath?: string;
  /** What stands behind the command's name, for a command that wants an argument. */
  readonly argument?: string;
}
