import { didYouMean } from "../../config/did-you-mean.ts";
import { topicText } from "../../help/topic-text.ts";
import { TOPICS } from "../../help/topics.ts";
import type { Command } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { commandHelpText, HELP_WIDTH, helpText } from "../help-text.ts";
import { showPaged } from "../pager.ts";

/**
 * Prints the help of everything, of one command, or a page of the documentation. At a terminal a long text goes through
 * the pager. 0, or 2 for a word that is neither a command nor a topic. `others` are all other commands, first the one
 * that runs when none is named.
 */
export function helpCommand(others: readonly [Command, ...Command[]]): Command {
  const help: Command = {
    name: "help",
    argument: "[topic]",
    description: "print this, a topic, or what a command takes",
    flags: [],
    run: async (context, { argument }) => {
      const commands = [...others, help] as const;
      const text = await textOf(argument, commands, context);
      if (text === undefined) return unknown(context, argument ?? "", commands);
      await showPaged(text, context);
      return EXIT.delivered;
    },
  };
  return help;
}

async function textOf(
  word: string | undefined,
  commands: readonly [Command, ...Command[]],
  { screen }: CliContext,
): Promise<string | undefined> {
  if (word === undefined) return helpText(commands, TOPICS);
  const command = commands.find(({ name }) => name === word);
  if (command !== undefined) return commandHelpText(command);
  const topic = TOPICS.find(({ name }) => name === word);
  if (topic === undefined) return undefined;
  const { default: text } = await topic.load();
  if (topic.file !== undefined) return text;
  return topicText(text, Math.min(screen()?.columns ?? HELP_WIDTH, HELP_WIDTH));
}

function unknown({ err }: CliContext, word: string, commands: readonly Command[]): ExitCode {
  const meant = didYouMean(
    word,
    [...commands, ...TOPICS].map(({ name }) => name),
  );
  const suggestion = meant === undefined ? "" : `(Did you mean ${meant}?)\n`;
  err(`error: no help on '${word}'\n${suggestion}'warp-telemetry help' lists all commands and topics\n`);
  return EXIT.usage;
}
