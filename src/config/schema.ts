import { Type, type Static } from "@sinclair/typebox";
import { LOG_FORMATS, LOG_LEVELS } from "../lib/log.ts";
import { boolean, choice, duration, optionalText, size, text } from "./option-kinds.ts";
import { absolutePath, GiB, HOUR, MiB, ONE_LINE, SECOND } from "./option-values.ts";
import { collector } from "./sections/collector.ts";
import { events } from "./sections/events.ts";
import { host } from "./sections/host.ts";
import { job } from "./sections/job.ts";
import { page } from "./sections/page.ts";
import { receiver } from "./sections/receiver.ts";
import { upload } from "./sections/upload.ts";

/**
 * Every option of the agent: key in the settings file, type, default, range, purpose and flag; the key in capitals is the
 * environment variable. Parsing, checks, `--help`, the tables of `help/configuration.md` and the hiding of secrets are all
 * derived from this schema. It holds every default.
 *
 * An option has its place in the {@link Values} here. The sections are shaped as the options of the stages, which get them
 * whole: a new option is an entry here, and the place where it is used.
 *
 * Defaults and ranges are in milliseconds and bytes; people write "60s" and "32MiB".
 */
export const ConfigSchema = Type.Object({
  enabled: boolean({
    key: "telemetry.enabled",
    group: "Agent",
    description: "whether there is anything to do",
    detail: "Whether the agent does anything. With false it says so and ends with exit code 0.",
    default: true,
  }),

  receiver,

  baseDirectory: text({
    key: "telemetry.base_directory",
    pattern: ONE_LINE,
    group: "Buffer and upload",
    flag: "--base-directory <dir>",
    description: "the agent's own files: buffers, lock",
    detail: "The agent's own files. Keep the directory across restarts: it holds what is not uploaded yet.",
    default: "./warp-telemetry-data",
    wanted: "a directory",
    form: absolutePath,
  }),

  upload,

  rings: Type.Object({
    capacityBytes: size({
      key: "telemetry.buffer_bytes",
      group: "Buffer and upload",
      flag: "--buffer-bytes <size>",
      description: "size of each stream's ring",
      detail:
        "Size of each stream's ring, rounded up to 64KiB. When a ring is full, requests get 503 and the sender keeps the data. The last eighth is kept for the agent's own collector.",
      default: 32 * MiB,
      minimum: MiB,
      maximum: GiB,
    }),
  }),

  drainTimeoutMs: duration({
    key: "telemetry.drain_timeout",
    group: "Buffer and upload",
    flag: "--drain-timeout <time>",
    description: "longest time from the stop signal to the end",
    detail:
      "Longest time from the stop signal to the end. What is left then waits in the rings for the next start (exit code 3).",
    default: 25 * SECOND,
    minimum: SECOND,
    maximum: HOUR,
  }),

  collector,

  job,

  host,

  events,

  page,

  log: Type.Object({
    level: choice({
      key: "telemetry.log_level",
      values: LOG_LEVELS,
      group: "Log",
      flag: "--log-level <level>",
      description: "lowest severity to log",
      default: "info",
    }),
    format: choice({
      key: "telemetry.log_format",
      values: LOG_FORMATS,
      group: "Log",
      flag: "--log-format <form>",
      description: "format of log lines",
      default: "text",
    }),
  }),

  agent: Type.Object({
    id: optionalText({
      key: "agent.id",
      group: "Agent",
      description: "this runner's name to the WarpBuild API",
      pattern: String.raw`^(?!\.{1,2}$)[\w.:@+=-]{1,256}$`,
      wanted: "letters, digits and .:@+=_-",
    }),
    pollingSecret: optionalText({
      key: "agent.polling_secret",
      group: "Agent",
      description: "this runner's secret for the WarpBuild API",
      detail:
        "This runner's secret for the WarpBuild API. It is sent in the header `X-POLLING-SECRET` and is shown nowhere.",
      // The value of a header: a line end that was copied from a file would make every request fail.
      pattern: String.raw`^[\u0021-\u007e]{1,4096}$`,
      wanted: "printable ASCII without spaces or line ends",
      secret: true,
    }),
    hostUrl: optionalText({
      key: "agent.host_url",
      pattern: String.raw`^https?://([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?(/[^\s?#]*)?$`,
      group: "Agent",
      description: "base of the WarpBuild API",
      wanted: "an http:// or https:// URL without credentials, query and fragment",
      form: (url) => url.replace(/\/+$/, ""),
    }),
  }),
});

/** All values, each read and right by itself. Paths are absolute. */
export type Values = Static<typeof ConfigSchema>;
