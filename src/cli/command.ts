import type { FlagValue } from "../config/places.ts";
import type { CommandName } from "./command-names.ts";
import type { CliContext } from "./context.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Flag } from "./flags.ts";

/** One command: its help, its flags, and what it does. */
export interface Command {
  readonly name: CommandName;
  /**
   * Its argument as help shows it: `<file>`, `[topic]` if it may be left out, `<start|end>` if it is one of these words.
   * Absent: it takes none.
   */
  readonly argument?: string;
  /** The same of the word after it. */
  readonly secondArgument?: string;
  /** The form of all words after these, of which there may be any number; absent: there are none. */
  readonly moreArguments?: string;
  readonly description: string;
  /** For programs: no list names it. Default: false. */
  readonly isInternal?: true;
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
  /** With `--online`. */
  readonly isOnline?: boolean;
  /** The word after the name of the command, for a command that takes an argument. */
  readonly argument?: string;
  readonly secondArgument?: string;
  /** The words after these, for a command that takes any number. Absent: there are none. */
  readonly moreArguments?: readonly string[];
  /** The flags that set no option and have no field here, by name; `true` for one that takes no value. Absent: none. */
  readonly given?: ReadonlyMap<string, string | true>;
}

/** The value of a flag that sets no option; undefined when it was not given, empty when it takes none. */
export function valueOf({ given }: Pick<Invocation, "given">, { name }: Flag): string | undefined {
  const value = given?.get(name);
  return value === true ? "" : value;
}
