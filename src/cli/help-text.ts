import { COMMANDS } from "./commands.ts";
import { FLAGS } from "./flags.ts";

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
    -d '{"logs": [{"body": "test log message"}]}'
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

/** What `--help` prints: every flag and command, then what to try and where to look. Ends with a line end. */
export function helpText(): string {
  const sections = [...flagSections(), ["Commands", commandRows()] as const];
  const termWidth = Math.max(...sections.flatMap(([, rows]) => rows.map(([term]) => term.length)));
  const lists = sections.map(([heading, rows]) => [`${heading}:`, ...rows.flatMap((row) => rowLines(row, termWidth))]);
  const paragraphs = [[USAGE], wrap(SUMMARY, WIDTH), ...lists, [EPILOGUE]];
  return paragraphs.map((lines) => lines.join("\n")).join("\n\n");
}

function flagSections(): (readonly [heading: string, rows: readonly Row[]])[] {
  const groups = Map.groupBy(FLAGS, ({ group }) => group);
  return [...groups].map(([group, flags]) => [group, flags.map(({ form, description }) => [form, description])]);
}

function commandRows(): readonly Row[] {
  const rows = COMMANDS.map(({ name, argument, description }): Row => {
    return [argument === undefined ? name : `${name} ${argument}`, description];
  });
  return [...rows, ["help", "print this"]];
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
