import { Command, CommanderError, Option as Flag } from "commander";
import { didYouMean } from "../config/did-you-mean.ts";
import type { FlagValue } from "../config/places.ts";
import { OPTIONS, type Option } from "../config/options.ts";
import { DEFAULT_SETTINGS_PATH } from "../config/settings-file.ts";
import { HELP_EPILOGUE, HELP_SUMMARY, HELP_WIDTH, helpLineOf } from "./help-text.ts";

const COMMANDS = {
  run: "receive, keep and upload until a stop signal (default)",
  status: "ask the agent that runs on this machine how it is",
  validate: "print the configuration and where each value came from",
  recover: "print the lines of a buffer file that was set aside",
  version: "print the version",
} as const;
/** What a command wants besides options. */
const ARGUMENTS: Partial<Record<CommandName, string>> = { recover: "<file>" };
export type CommandName = keyof typeof COMMANDS;

export interface Invocation {
  readonly kind: "command";
  readonly name: CommandName;
  /** By option key. */
  readonly flags: ReadonlyMap<string, FlagValue>;
  readonly settingsPath?: string;
  /** Of the command `recover`. */
  readonly file?: string;
}

export type CommandLine =
  | Invocation
  /** `--help`: what to print. */
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "usage-error"; readonly text: string };

/** Reads the arguments, without the program's own name. Pure: prints nothing, never throws. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const output: string[] = [];
  let name: CommandName = "run";
  let file: string | undefined;
  const program = newProgram((text) => output.push(text))
    .allowExcessArguments()
    .action(() => {
      const [word] = program.args;
      if (word !== undefined) program.error(unknownCommand(word));
    });
  for (const [command, description] of entriesOf(COMMANDS)) {
    const wanted = ARGUMENTS[command];
    program
      .command(wanted === undefined ? command : `${command} ${wanted}`)
      .description(description)
      .allowExcessArguments(false)
      .action((argument: unknown) => {
        name = command;
        if (typeof argument === "string") file = argument;
      });
  }
  const flagged = OPTIONS.flatMap((option) => (option.flag === undefined ? [] : [[option, flagOf(option)] as const]));
  for (const [, flag] of flagged) program.addOption(flag);

  try {
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const kind = error.exitCode === 0 ? "help" : "usage-error";
    return { kind, text: output.join("") };
  }

  const values = program.opts<Record<string, FlagValue | undefined>>();
  const flags = new Map<string, FlagValue>();
  for (const [option, flag] of flagged) {
    const value = values[flag.attributeName()];
    // An absent `--no-…` flag reads as true.
    if (value !== undefined && value !== true) flags.set(option.key, value);
  }
  const { settings, version } = values;
  return {
    kind: "command",
    name: version === true ? "version" : name,
    flags,
    ...(typeof settings === "string" ? { settingsPath: settings } : {}),
    ...(file === undefined ? {} : { file }),
  };
}

function newProgram(write: (text: string) => void): Command {
  return new Command("warp-telemetry")
    .usage("[command] [options]")
    .description(HELP_SUMMARY)
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: write,
      // Fixed, so that help and its golden file do not depend on a terminal.
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      // `--polling-secret=…` is no flag; its value must not reach a log for it.
      outputError: (text, out) => out(text.replace(/(unknown option '[^'=]*)=[^']*'/, "$1'")),
    })
    .showHelpAfterError("'warp-telemetry --help' lists all commands and options")
    .addHelpText("after", `\n${HELP_EPILOGUE}`)
    .helpCommand("help", "print this")
    .optionsGroup("General:")
    .option("--settings <file>", `settings file, waited for (default: ${DEFAULT_SETTINGS_PATH} if it exists)`)
    .option("-V, --version", "print the version")
    .helpOption("-h, --help", "print this");
}

function flagOf(option: Option): Flag {
  const flag = new Flag(option.flag ?? "", helpLineOf(option)).helpGroup(`${option.group}:`);
  if (option.kind !== "list") return flag;
  return flag.argParser((value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value]);
}

function unknownCommand(word: string): string {
  const meant = didYouMean(word, Object.keys(COMMANDS));
  return `error: unknown command '${word}'${meant === undefined ? "" : `\n(Did you mean ${meant}?)`}`;
}

function entriesOf<Key extends string, Value>(record: Readonly<Record<Key, Value>>): (readonly [Key, Value])[];
function entriesOf(record: Readonly<Record<string, unknown>>): (readonly [string, unknown])[] {
  return Object.entries(record);
}
