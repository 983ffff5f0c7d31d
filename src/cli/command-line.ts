import { parseArgs } from "node:util";
import { didYouMean } from "../config/did-you-mean.ts";
import type { FlagValue } from "../config/places.ts";
import type { Command, Invocation } from "./command.ts";
import { COMMANDS, help } from "./commands.ts";
import { version } from "./commands/version.ts";
import { type Flag, HELP_FLAG, ONLINE_FLAG, SETTINGS_FLAG, VERSION_FLAG } from "./flags.ts";

export type CommandLine =
  | { readonly kind: "command"; readonly command: Command; readonly invocation: Invocation }
  | { readonly kind: "usage-error"; readonly text: string };

/** Every flag of every command, once. */
const FLAGS: readonly Flag[] = [...new Set([HELP_FLAG, VERSION_FLAG, ...COMMANDS.flatMap((command) => command.flags)])];

const HINT = "'warp-telemetry --help' lists all commands and options";

/**
 * Reads the arguments, without the program's own name. Flags may be before and after the command. The last one of a kind
 * wins, unless it may be repeated. A request for help wins over every mistake. Pure: prints nothing, never throws.
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { words, given } = split(argv);
  const isGiven = (wanted: Flag) => given.some(({ flag }) => flag === wanted);
  if (isGiven(HELP_FLAG) || words[0] === help.name) return helpOn(words);

  const command = isGiven(VERSION_FLAG) ? version : (commandOf(words[0]) ?? COMMANDS[0]);
  const mistake =
    given.map(flagMistake).find((text) => text !== undefined) ??
    commandMistake(words) ??
    given.map((flag) => strangerMistake(flag, command)).find((text) => text !== undefined);
  if (mistake !== undefined) return { kind: "usage-error", text: `error: ${mistake}\n${HINT}\n` };

  const settingsPath = given.findLast(({ flag }) => flag === SETTINGS_FLAG)?.value;
  const invocation: Invocation = {
    flags: optionValues(given),
    ...(settingsPath === undefined ? {} : { settingsPath }),
    ...argumentsOf(command, words.slice(1)),
    ...(isGiven(ONLINE_FLAG) ? { isOnline: true } : {}),
    ...ownValues(given),
  };
  return { kind: "command", command, invocation };
}

/** `help <word>` for any word. `<command> --help` is help on that command, or on everything if there is no such command. */
function helpOn([first, second]: readonly string[]): CommandLine {
  const word = first === help.name ? second : commandOf(first)?.name;
  return {
    kind: "command",
    command: help,
    invocation: { flags: new Map(), ...(word === undefined ? {} : { argument: word }) },
  };
}

/** One flag as it was given; `flag` is undefined for an unknown one. */
interface GivenFlag {
  readonly flag: Flag | undefined;
  /** The argument without a value. */
  readonly shown: string;
  readonly value: string | undefined;
  /** Whether the value came as `--flag=value`. */
  readonly isInline: boolean;
}

/** Tells flags and words apart by Node's rules. Not `strict`, because the messages about mistakes are ours. */
function split(argv: readonly string[]): { readonly words: readonly string[]; readonly given: readonly GivenFlag[] } {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(FLAGS.map((flag) => [flag.name, syntaxOf(flag)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  // Two commands may have a flag of the same name, such as --to; both take a value then, or neither does.
  const known = [...(commandOf(words[0])?.flags ?? []), ...FLAGS];
  const given = tokens.flatMap((token): GivenFlag[] => {
    if (token.kind !== "option") return [];
    const { name, value, inlineValue: isInline = false } = token;
    const flag = known.find((candidate) => candidate.name === name);
    return [{ flag, shown: withoutValue(argv[token.index] ?? name), value, isInline }];
  });
  return { words, given };
}

function syntaxOf({ takesValue, short }: Flag) {
  return { type: takesValue ? "string" : "boolean", ...(short === undefined ? {} : { short }) } as const;
}

/** What is wrong with a flag, and the flag that was probably meant. Undefined when it is right. */
function flagMistake({ flag, shown, value, isInline }: GivenFlag): string | undefined {
  if (flag === undefined) {
    const names = FLAGS.map(({ name }) => `--${name}`);
    return `unknown option '${shown}'${suggestion(shown, names)}`;
  }
  if (!flag.takesValue) return isInline ? `option '${shown}' takes no value` : undefined;
  // The next flag was taken for the value. A value that begins with dashes can be given as --flag=--value.
  const isMissing = value === undefined || (!isInline && value.startsWith("--"));
  if (isMissing) return `option '${flag.form}' argument missing`;
  // The value of an option is checked with all other places that it can come from.
  return flag.check?.isRight(value) === false ? `option '--${flag.name}' takes ${flag.check.wanted}` : undefined;
}

/** A flag of another command. The version may be asked for with any flags. */
function strangerMistake({ flag, shown }: GivenFlag, command: Command): string | undefined {
  if (flag === undefined || command === version || command.flags.includes(flag)) return undefined;
  return `option '${shown}' is none of '${command.name}'`;
}

function commandMistake([word, ...rest]: readonly string[]): string | undefined {
  const command = commandOf(word);
  if (command === undefined) {
    if (word === undefined) return undefined;
    const names = COMMANDS.map(({ name }) => name);
    return `unknown command '${withoutValue(word)}'${suggestion(word, names)}`;
  }
  const { name, moreArguments } = command;
  const wanted = formsOf(command);
  for (const [at, form] of wanted.entries()) {
    const given = rest[at];
    if (given === undefined && form.startsWith("<")) return `missing argument ${form} of '${name}'`;
    if (given !== undefined && !isOneOf(form, given)) return `argument ${form} of '${name}' is another word`;
  }
  const excess = moreArguments === undefined ? rest.slice(wanted.length) : [];
  return excess.length === 0 ? undefined : `too many arguments for '${name}': ${excess.map(withoutValue).join(" ")}`;
}

function formsOf({ argument, secondArgument }: Command): readonly string[] {
  return [argument, secondArgument].filter((form) => form !== undefined);
}

/** The words of a command by what they are. */
function argumentsOf(command: Command, words: readonly string[]): Partial<Invocation> {
  const [argument, secondArgument] = words.slice(0, formsOf(command).length);
  const moreArguments = words.slice(formsOf(command).length);
  return {
    ...(argument === undefined ? {} : { argument }),
    ...(secondArgument === undefined ? {} : { secondArgument }),
    ...(moreArguments.length === 0 ? {} : { moreArguments }),
  };
}

/** Of `<start|end>`, one of these; any word will do where the form names none. */
function isOneOf(form: string, word: string): boolean {
  const choices = form.slice(1, -1).split("|");
  return choices.length === 1 || choices.includes(word);
}

function commandOf(word: string | undefined) {
  return COMMANDS.find(({ name }) => name === word);
}

function suggestion(word: string, candidates: readonly string[]): string {
  const meant = didYouMean(word, candidates);
  return meant === undefined ? "" : `\n(Did you mean ${meant}?)`;
}

/** `--polling-secret=…` is not one of our flags, but its value must not reach a log. */
function withoutValue(word: string): string {
  return word.replace(/=.*$/s, "");
}

/** Flags that set no option, and have no field of their own either. */
function ownValues(given: readonly GivenFlag[]): Pick<Invocation, "given"> {
  const fields = new Set([HELP_FLAG, VERSION_FLAG, SETTINGS_FLAG, ONLINE_FLAG]);
  const own = given.flatMap(({ flag, value }) =>
    flag === undefined || flag.option !== undefined || fields.has(flag) ? [] : [[flag.name, value ?? true] as const],
  );
  return own.length === 0 ? {} : { given: new Map(own) };
}

function optionValues(given: readonly GivenFlag[]): ReadonlyMap<string, FlagValue> {
  const values = new Map<string, FlagValue>();
  for (const { flag, value } of given) {
    if (flag?.option === undefined) continue;
    const { key, kind } = flag.option;
    const before = values.get(key);
    if (kind === "list" && value !== undefined) values.set(key, [...(typeof before === "object" ? before : []), value]);
    else values.set(key, value ?? !flag.name.startsWith("no-"));
  }
  return values;
}
