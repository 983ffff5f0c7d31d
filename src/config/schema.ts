import { Type, type Static } from "@sinclair/typebox";
import { LOG_FORMATS, LOG_LEVELS } from "../lib/log.ts";
import { DESTINATION_FORMS } from "../upload/destinations/catalogue.ts";
import { wantedDestination } from "./destination.ts";
import { globMistake } from "./glob.ts";
import { boolean, choice, duration, integer, list, optionalText, size, text } from "./option-kinds.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;
const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** No control characters: keeps line ends out of headers, file names and logs. */
const ONE_LINE = String.raw`^[^\u0000-\u001f\u007f]{1,4096}$`;

/**
 * Every option of the agent: type, default, range, purpose and flag. The key path is where the settings file has the
 * value; in capitals it is the environment variable. Parsing, checks, `--help`, the tables of `help/configuration.md`
 * and the hiding of secrets are all derived from this schema. It holds every default.
 *
 * Defaults and ranges are in milliseconds and bytes; people write "60s" and "32MiB".
 */
export const SettingsSchema = Type.Object({
  telemetry: Type.Object({
    enabled: boolean({
      group: "Agent",
      description: "whether there is anything to do",
      detail: "Whether the agent does anything. With false it says so and ends with exit code 0.",
      default: true,
    }),

    port: integer({
      group: "Receiver",
      flag: "--port <n>",
      description: "port to listen on; 0 takes any free one",
      default: 33_931,
      minimum: 0,
      maximum: 65_535,
    }),
    host: text({
      group: "Receiver",
      flag: "--host <address>",
      description: "address to listen on",
      detail: "Address to listen on. Any other than loopback gets a warning: it lets other machines write telemetry.",
      default: "127.0.0.1",
      pattern: String.raw`^[\w.:-]+$`,
      wanted: "an IP address or a host name",
    }),
    allowed_hosts: list({
      group: "Receiver",
      flag: "--allowed-host <name>",
      description: "host name requests may use besides localhost",
      detail:
        "Host names that requests may use besides localhost and IP addresses. Any other name gets 403, against DNS rebinding.",
      pattern: String.raw`^[\w.-]+$`,
      wanted: "host names without a port",
    }),
    max_request_bytes: size({
      group: "Receiver",
      flag: "--max-request-bytes <size>",
      description: "longest request body",
      detail:
        "Longest request body, before and after decompression. A longer one gets 413. Never more than half of `buffer_bytes`.",
      default: 16 * MiB,
      minimum: KiB,
      maximum: 512 * MiB,
    }),
    in_flight_max_bytes: size({
      group: "Receiver",
      flag: "--in-flight-max-bytes <size>",
      description: "request bodies in memory at once",
      detail:
        "Bytes of request bodies in memory at once, over all connections, at least `max_request_bytes`. Beyond it the slowest and largest bodies get 503. An eighth is kept for the agent's collector, another for bodies up to 64KiB.",
      default: 32 * MiB,
      minimum: KiB,
      maximum: 4 * GiB,
    }),
    nesting_max: integer({
      group: "Receiver",
      flag: "--nesting-max <levels>",
      description: "deepest nesting of a request",
      detail: "Deepest nesting of a request. A deeper one gets 400.",
      default: 100,
      minimum: 16,
      maximum: 1000,
    }),

    base_directory: text({
      pattern: ONE_LINE,
      group: "Buffer and upload",
      flag: "--base-directory <dir>",
      description: "the agent's own files: buffers, lock",
      detail: "The agent's own files. Keep the directory across restarts: it holds what is not uploaded yet.",
      default: "./warp-telemetry-data",
      wanted: "a directory",
    }),
    destination: optionalText({
      pattern: ONE_LINE,
      check: wantedDestination,
      group: "Buffer and upload",
      flag: "--destination <where>",
      description: "DIR, s3://bucket/prefix, warpbuild, discard:",
      detail:
        "Where objects go: a directory, an S3 bucket, the WarpBuild API, or nowhere (`discard:`, for benchmarks).",
      otherwise: "warpbuild if agent.host_url is set, otherwise objects/ in the base directory",
      wanted: DESTINATION_FORMS,
    }),
    object_key_folder: optionalText({
      group: "Buffer and upload",
      flag: "--object-key-folder <name>",
      description: "this machine's folder in the bucket",
      detail: "Name of this machine's folder under the prefix of an S3 destination.",
      otherwise: "agent.id, or the host name",
      pattern: String.raw`^(?!.*(^|/)\.{0,2}(/|$))[\w!.*'()@:+=,/-]+$`,
      wanted: "letters, digits and !.*'()@:+=,_-, in parts separated by /",
    }),
    syslog_number_of_lines_to_read: integer({
      group: "Buffer and upload",
      flag: "--buffer-lines <n>",
      description: "lines that fill an object",
      detail: "An object is made when a stream holds this many lines.",
      default: 1000,
      minimum: 1,
      maximum: 10_000_000,
    }),
    push_frequency: duration({
      group: "Buffer and upload",
      flag: "--push-frequency <time>",
      description: "longest time a line waits for its upload",
      detail: "An object is made when a stream's oldest line is this old.",
      default: 60 * SECOND,
      minimum: SECOND,
      maximum: 24 * HOUR,
    }),
    buffer_bytes: size({
      group: "Buffer and upload",
      flag: "--buffer-bytes <size>",
      description: "size of each stream's ring",
      detail:
        "Size of each stream's ring, rounded up to 64KiB. When a ring is full, requests get 503 and the sender keeps the data. The last eighth is kept for the agent's own collector.",
      default: 32 * MiB,
      minimum: MiB,
      maximum: GiB,
    }),
    object_max_bytes: size({
      group: "Buffer and upload",
      flag: "--object-max-bytes <size>",
      description: "longest object",
      detail: "Longest object. A line that is longer becomes an object of its own.",
      default: 8 * MiB,
      minimum: 64 * KiB,
      maximum: GiB,
    }),
    put_max_bytes: size({
      group: "Buffer and upload",
      flag: "--put-max-bytes <size>",
      description: "objects in memory at once",
      detail: "Bytes of objects in memory for upload at once, over all streams. At least `object_max_bytes`.",
      default: 16 * MiB,
      minimum: 64 * KiB,
      maximum: 4 * GiB,
    }),
    drain_timeout: duration({
      group: "Buffer and upload",
      flag: "--drain-timeout <time>",
      description: "longest time from the stop signal to the end",
      detail:
        "Longest time from the stop signal to the end. What is left then waits in the rings for the next start (exit code 3).",
      default: 25 * SECOND,
      minimum: SECOND,
      maximum: HOUR,
    }),

    collector: Type.Object({
      enabled: boolean({
        group: "Collector",
        flag: "--no-collector",
        description: "receive and upload only",
        detail: "Whether the agent runs an OpenTelemetry Collector. Without one it only receives and uploads.",
        default: true,
      }),
      path: optionalText({
        pattern: ONE_LINE,
        group: "Collector",
        flag: "--collector-path <file>",
        description: "program to run",
        detail: "The collector's program.",
        otherwise: "otelcol beside the executable, in the base directory or in PATH",
        wanted: "a file",
      }),
      config: list({
        pattern: ONE_LINE,
        group: "Collector",
        flag: "--collector-config <file>",
        description: "your configuration, merged with the built-in one",
        detail:
          "Your own collector configurations. They are merged with the built-in one, see [the collector](collector.md).",
        wanted: "files",
      }),
      environment: list({
        group: "Collector",
        flag: "--collector-environment <name>",
        description: "variable that the collector may see",
        detail: "Variables of the agent's environment that the collector may see, besides PATH and TZ.",
        pattern: String.raw`^[A-Za-z_]\w*$`,
        wanted: "names of environment variables",
      }),
      interval: duration({
        group: "Collector",
        flag: "--collector-interval <time>",
        description: "time between two samples of the host",
        detail: "Time between two samples of the host metrics.",
        default: SECOND,
        minimum: 100,
        maximum: HOUR,
      }),
      output_max_bytes: size({
        group: "Collector",
        flag: "--collector-output-max-bytes <size>",
        description: "collector output kept for the log",
        detail: "How much of the collector's last output is kept. The log gets it when the collector ends.",
        default: 64 * KiB,
        minimum: KiB,
        maximum: 16 * MiB,
      }),
      user: optionalText({
        pattern: String.raw`^[\w.][\w.-]*$`,
        group: "Collector",
        flag: "--collector-user <name>",
        description: "user of the collector when the agent is root",
        detail:
          "The user of the collector when the agent is root: a name or a number. `root` leaves it with every right.",
        otherwise: "the account warp-telemetry, or a number that no account has",
        wanted: "a name of /etc/passwd or a number",
      }),
      syslog_path: optionalText({
        pattern: ONE_LINE,
        group: "Collector",
        flag: "--collector-syslog-path <file>",
        description: "syslog file to follow",
        otherwise: "the system's own",
        wanted: "a file",
      }),
      diag_globs: list({
        pattern: ONE_LINE,
        group: "Collector",
        flag: "--collector-diag-glob <glob>",
        description: "runner logs to follow",
        check: globMistake,
        detail: "Logs of the runner to follow into the stream `gha-logs`.",
        otherwise: "the runner's usual places",
        wanted: "glob patterns",
      }),
    }),

    log_level: choice({
      values: LOG_LEVELS,
      group: "Log",
      flag: "--log-level <level>",
      description: "lowest severity to log",
      default: "info",
    }),
    log_format: choice({
      values: LOG_FORMATS,
      group: "Log",
      flag: "--log-format <form>",
      description: "format of log lines",
      default: "text",
    }),
  }),

  agent: Type.Object({
    id: optionalText({
      group: "Agent",
      description: "this runner's name to the WarpBuild API",
      pattern: String.raw`^(?!\.{1,2}$)[\w.:@+=-]{1,256}$`,
      wanted: "letters, digits and .:@+=_-",
    }),
    polling_secret: optionalText({
      group: "Agent",
      description: "this runner's secret for the WarpBuild API",
      detail:
        "This runner's secret for the WarpBuild API. It is sent in the header `X-POLLING-SECRET` and is shown nowhere.",
      // The value of a header: a line end that was copied from a file would make every request fail.
      pattern: String.raw`^[\u0021-\u007e]{1,4096}$`,
      wanted: "printable ASCII without spaces or line ends",
      secret: true,
    }),
    host_url: optionalText({
      pattern: String.raw`^https?://([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?(/[^\s?#]*)?$`,
      group: "Agent",
      description: "base of the WarpBuild API",
      wanted: "an http:// or https:// URL without credentials, query and fragment",
    }),
  }),
});

/** All values, checked, under the keys of the settings file. */
export type Settings = Static<typeof SettingsSchema>;
