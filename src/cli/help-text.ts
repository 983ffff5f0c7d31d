import { wrap } from "../lib/wrap.ts";
import type { Topic } from "../help/topics.ts";
import type { Command } from "./command.ts";
import { type Flag, HELP_FLAG, VERSION_FLAG } from "./flags.ts";
import { SAMPLE_REQUEST } from "./sample-request.ts";

/** In columns. Fixed, so that the help is the same in every terminal and every file. */
export const HELP_WIDTH = 100;

const USAGE = "Usage: warp-telemetry [command] [options]";

const SUMMARY =
  "Receives OpenTelemetry data over HTTP, keeps every accepted request in a crash-proof file, and uploads it as objects " +
  "of JSON lines. Runs an OpenTelemetry Collector for host metrics, the system log and the runner's logs.";

const EPILOGUE = `\
Try it:
  warp-telemetry --push-frequency 5s
  curl http://localhost:33931/v1/logs -H "Content-Type: application/json" \\
    -d '${SAMPLE_REQUEST}'
  warp-telemetry status
  cat warp-telemetry-data/objects/*.logs.log

Each option is also a key of the settings file and a variable WARP_TELEMETRY_…. A flag wins over the
variable, the variable wins over the settings file. The polling secret has no flag, because other
users of the machine can read flags.

Exit codes: 0 everything is delivered; 3 stopped, and lines wait for the next start; 2 the command
line or the configuration is wrong; 1 anything else. SIGTERM, SIGINT and SIGHUP stop the agent.
Another one, at least a second later, ends it at once.
`;

/** What is listed under a heading: a flag or a command, and what it does. */
type Row = readonly [term: string, description: string];

/**
 * What `--help` prints: the flags of the first command, which runs when none is named, then the commands, the topics and
 * what to try. Ends with a line end.
 */
export function helpText(commands: readonly [Command, ...Command[]], topics: readonly Topic[]): string {
  const sections = [
    ...flagSections([...commands[0].flags, VERSION_FLAG, HELP_FLAG]),
    ["Commands", rowsOf(commands)] as const,
    ["Topics, such as: warp-telemetry help limits", topics.map(({ name, summary }): Row => [name, summary])] as const,
  ];
  return textOf([[USAGE], wrap(SUMMARY, HELP_WIDTH), ...listsOf(sections), [EPILOGUE]]);
}

/** What `<command> --help` prints. Ends with a line end. */
export function commandHelpText(command: Command): string {
  const { description, flags } = command;
  const usage = `Usage: warp-telemetry ${withArguments(command)} [options]`;
  const summary = `${description.charAt(0).toUpperCase()}${description.slice(1)}.`;
  return `${textOf([[usage], wrap(summary, HELP_WIDTH), ...listsOf(flagSections([...flags, HELP_FLAG]))])}\n`;
}

type Section = readonly [heading: string, rows: readonly Row[]];

function flagSections(flags: readonly Flag[]): readonly Section[] {
  const groups = Map.groupBy(flags, ({ group }) => group);
  return [...groups].map(([group, inGroup]) => [group, inGroup.map(({ form, description }) => [form, description])]);
}

function rowsOf(commands: readonly Command[]): readonly Row[] {
  return listed(commands).map((command) => [withArguments(command), command.description]);
}

/** Those that people type. */
export function listed(commands: readonly Command[]): readonly Command[] {
  return commands.filter(({ isInternal }) => isInternal !== true);
}

/** A command as it is typed: `recover <file>`. */
export function withArguments({ name, argument, secondArgument, moreArguments }: Command): string {
  return [name, argument, secondArgument, moreArguments].filter((word) => word !== undefined).join(" ");
}

/** Each section under its heading. The second column begins at the same place in all of them. */
function listsOf(sections: readonly Section[]): string[][] {
  const termWidth = Math.max(...sections.flatMap(([, rows]) => rows.map(([term]) => term.length)));
  return sections.map(([heading, rows]) => [`${heading}:`, ...rows.flatMap((row) => rowLines(row, termWidth))]);
}

function textOf(paragraphs: readonly (readonly string[])[]): string {
  return paragraphs.map((lines) => lines.join("\n")).join("\n\n");
}

/** Two columns, the second one wrapped. */
function rowLines([term, description]: Row, termWidth: number): string[] {
  const lines = wrap(description, HELP_WIDTH - termWidth - 4);
  return lines.map((line, index) => `  ${(index === 0 ? term : "").padEnd(termWidth)}  ${line}`);
}
