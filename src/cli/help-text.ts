import type { Command } from "./command.ts";
import { SAMPLE_REQUEST } from "./sample-request.ts";
import { type Flag, HELP_FLAG, VERSION_FLAG } from "./flags.ts";

/** Fixed, so that the help is the same in every terminal and in a file. */
const WIDTH = 100;

const USAGE = "Usage: warp-telemetry [command] [options]";

const SUMMARY =
  "Receives OpenTelemetry data over HTTP, keeps every accepted request in a crash-proof buffer on disk, and uploads it " +
  "as objects of JSON lines. Runs an OpenTelemetry Collector for host metrics, syslog and runner logs.";

const EPILOGUE = `\
Try it:
  warp-telemetry --push-frequency 5s
  curl http://localhost:33931/v1/logs -H "Content-Type: application/json" \\
    -d '${SAMPLE_REQUEST}'
  warp-telemetry status
  cat warp-telemetry-data/objects/*.logs.log

Each option is also a key of the settings file and a variable WARP_TELEMETRY_…; flags win over the
environment, that over the settings file. The polling secret has no flag: others can read flags.

Look next:
  warp-telemetry validate         every key with its value and where that came from
  http://localhost:33931/stats    what was received, refused, uploaded and retried
  README.md                       keys and variables, limits, and what happens at each

Exit codes: 0 all delivered, 3 stopped with lines left for the next start, 2 usage or configuration
error, 1 anything else. SIGTERM, SIGINT and SIGHUP stop; once more, a second later, ends at once.
`;

/** What is listed under a heading: a flag or a command, and what it does. */
type Row = readonly [term: string, description: string];

/**
 * What `--help` prints: the commands and the flags of the first one, which is meant where none is named, then what to
 * try and where to look. Ends with a line end.
 */
export function helpText(commands: readonly [Command, ...Command[]]): string {
  const sections = [
    ...flagSections([...commands[0].flags, VERSION_FLAG, HELP_FLAG]),
    ["Commands", rowsOf(commands)] as const,
  ];
  return textOf([[USAGE], wrap(SUMMARY, WIDTH), ...listsOf(sections), [EPILOGUE]]);
}

/** What `<command> --help` prints. Ends with a line end. */
export function commandHelpText({ name, argument, description, flags }: Command): string {
  const usage = ["Usage: warp-telemetry", name, ...(argument === undefined ? [] : [argument]), "[options]"].join(" ");
  const summary = `${description.charAt(0).toUpperCase()}${description.slice(1)}.`;
  return `${textOf([[usage], wrap(summary, WIDTH), ...listsOf(flagSections([...flags, HELP_FLAG]))])}\n`;
}

type Section = readonly [heading: string, rows: readonly Row[]];

function flagSections(flags: readonly Flag[]): readonly Section[] {
  const groups = Map.groupBy(flags, ({ group }) => group);
  return [...groups].map(([group, inGroup]) => [group, inGroup.map(({ form, description }) => [form, description])]);
}

function rowsOf(commands: readonly Command[]): readonly Row[] {
  const rows = commands.map(({ name, argument, description }): Row => {
    return [argument === undefined ? name : `${name} ${argument}`, description];
  });
  return [...rows, ["help [command]", "print this, or what a command takes"]];
}

/** Each section under its heading, the second column in one line through all of them. */
function listsOf(sections: readonly Section[]): string[][] {
  const termWidth = Math.max(...sections.flatMap(([, rows]) => rows.map(([term]) => term.length)));
  return sections.map(([heading, rows]) => [`${heading}:`, ...rows.flatMap((row) => rowLines(row, termWidth))]);
}

function textOf(paragraphs: readonly (readonly string[])[]): string {
  return paragraphs.map((lines) => lines.join("\n")).join("\n\n");
}

/** Two columns, the second one wrapped. */
function rowLines([term, description]: Row, termWidth: number): string[] {
  const lines = wrap(description, WIDTH - termWidth - 4);
  return lines.map((line, index) => `  ${(index === 0 ? term : "").padEnd(termWidth)}  ${line}`);
}

/** Breaks at blanks; a word longer than `width` stands alone. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
