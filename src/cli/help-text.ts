import type { Option } from "../config/options.ts";
import { showValue } from "../config/show-value.ts";

/** What `--help` says around and about the options. The options themselves come from the schema. */
export const HELP_WIDTH = 100;

export const HELP_SUMMARY =
  "Receives OpenTelemetry data over HTTP, keeps every accepted request in a crash-proof buffer on disk, and uploads it " +
  "as objects of JSON lines. Runs an OpenTelemetry Collector for host metrics, syslog and runner logs.";

export const HELP_EPILOGUE = `\
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
error, 1 anything else. SIGTERM, SIGINT and SIGHUP stop; once more, a second later, ends at once.`;

/** One option's description with what holds when it is not given. */
export function helpLineOf(option: Option): string {
  const repeatable = option.kind === "list" ? "; repeatable" : "";
  const choices = option.kind === "choice" ? `: ${option.wanted}` : "";
  return `${option.description}${choices}${repeatable}${defaultNote(option)}`;
}

function defaultNote(option: Option): string {
  if (option.kind === "boolean") return "";
  const text = option.otherwise ?? showValue(option, option.default);
  return text === "" ? "" : ` (default: ${text})`;
}
