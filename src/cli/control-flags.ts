import { FLUSH_WAIT_MAX_MS, FLUSH_WAIT_MS, RESULTS } from "../job-pipeline.ts";
import { formatDuration, parseDuration } from "../config/duration.ts";
import { type Flag, GENERAL } from "./flags.ts";

/** The flags of the commands that ask a running agent for something. They set no option. */

export const WAIT_FLAG: Flag = {
  name: "wait",
  form: "--wait <duration>",
  takesValue: true,
  description: `how long to wait at most (default: ${formatDuration(FLUSH_WAIT_MS)})`,
  group: GENERAL,
  check: {
    wanted: `a duration up to ${formatDuration(FLUSH_WAIT_MAX_MS)}, such as 5s`,
    isRight: (value) => (parseDuration(value) ?? Number.POSITIVE_INFINITY) <= FLUSH_WAIT_MAX_MS,
  },
};

export const STRICT_FLAG: Flag = {
  name: "strict",
  form: "--strict",
  takesValue: false,
  description: "end with 1, not with 0 and a warning, when it did not work",
  group: GENERAL,
};

export const ONCE_FLAG: Flag = {
  name: "once",
  form: "--once",
  takesValue: false,
  description: "print one picture as text and end, as it is done where standard output is no terminal",
  group: GENERAL,
};

export const RESULT_FLAG = choiceFlag("result", RESULTS, {
  description: "how it ended, for 'mark end': success, failure, cancellation, skip or error",
});

export const FORMAT_FLAG = choiceFlag("format", ["table", "json"], {
  description: "table or json (default: table on a terminal, otherwise json)",
});

export const SHELL_FLAG = choiceFlag("shell", ["sh", "ps1"], {
  description: "for which shell: sh, or ps1 for PowerShell (default: sh)",
});

export const EXPORT_FLAG: Flag = {
  name: "export-otel",
  form: "--export-otel",
  takesValue: false,
  description: "the job's own senders find the agent and its trace: OTEL_… and TRACEPARENT in GITHUB_ENV",
  group: GENERAL,
};

export const SUMMARY_FLAG: Flag = {
  name: "summary",
  form: "--summary",
  takesValue: false,
  description: "the script after a job writes what it used into the summary of the job, see 'help summaries'",
  group: GENERAL,
};

export const SETUP_INFO_FLAG: Flag = {
  name: "setup-info",
  form: "--setup-info <file>",
  takesValue: true,
  description: "the runner's .setup_info, which says in 'Set up job' that telemetry is on",
  group: GENERAL,
};

function choiceFlag(name: string, choices: readonly string[], { description }: Pick<Flag, "description">): Flag {
  return {
    name,
    form: `--${name} <word>`,
    takesValue: true,
    description,
    group: GENERAL,
    check: { wanted: choices.join(", "), isRight: (value) => choices.includes(value) },
  };
}
