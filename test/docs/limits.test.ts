/** Every default on the page about the limits is the one of the schema or of the source. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OPTIONS } from "../../src/config/options.ts";
import { tableRows } from "../support/markdown-table.ts";

const SOURCE = join(import.meta.dir, "../../src");
const PAGE = readFileSync(join(SOURCE, "help/limits.md"), "utf8");
const HEADINGS = [
  "## Requests",
  "## Rings",
  "## Uploads",
  "## Start and stop",
  "## Collector",
  "## The runner's logs",
  "## The job and the machine",
  "## The live page",
  "## Marks, hooks and flushes",
];
const ROWS = HEADINGS.flatMap((heading) => tableRows(PAGE, heading));

const FILES = readdirSync(SOURCE, { recursive: true })
  .map(String)
  .filter((path) => /\.(ts|yaml)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(SOURCE, path), "utf8") }));

/** The numbers that no setting changes, as the source has them. */
const FIXED: Readonly<Record<string, () => string>> = {
  "Rest of a body that is refused or rejected": () => size(constant("DISCARD_MAX_BYTES")),
  "Bodies that arrive at the same time": () => String(constant("ARRIVING_MAX")),
  "Speed of a body": () => `${size(constant("SMALL_MAX_BYTES"))} in ${seconds(constant("STEP_MAX_MS"))}`,
  "Large bodies that wait to be decoded": () => `${constant("WAITING_MAX")}, ${seconds(constant("WAIT_MAX_MS"))}`,
  "Requests sent before an answer, on one connection": () => String(constant("PIPELINED_MAX")),
  Connections: () => `${constant("CONNECTIONS_MAX")} (Linux)`,
  "Unread bytes of a connection, in the kernel": () => size(constant("RECEIVE_BUFFER_BYTES")),
  "Window of a zstd body": () => size(2 ** constant("ZSTD_WINDOW_LOG_MAX")),
  "A connection on which nothing comes": () => `${constant("IDLE_TIMEOUT_SECONDS")} s`,
  "Memory of a ring whose store is away": () => size(constant("KEPT_BYTES")),
  "File system that becomes read-only": () => `noticed within ${seconds(constant("FILES_LOOK_EVERY_MS"))}`,
  "Base directory or a file in it is deleted": () => `noticed within ${seconds(constant("FILES_LOOK_EVERY_MS"))}`,
  "Folders before an object's name": () =>
    `${constant("FOLDERS_MAX", "upload/")}, ${constant("FOLDERS_MAX_CHARS")} characters together`,
  "`{agent}` and `{run}` in a key": () => `${constant("VALUE_MAX_CHARS", "upload/")} characters`,
  "Key in a bucket": () => `${constant("KEY_MAX_BYTES", "config/")} bytes`,
  "Objects that are compressed": () => `${constant("COMPRESSED_AT_ONCE")} at a time`,
  "Duration of an upload": () =>
    `${seconds(constant("TIMEOUT_MS"))}, and 1 s for each ${constant("SLOWEST_BYTES_PER_MS")} KB`,
  "Duration of a request to the API": () => seconds(constant("REQUEST_TIMEOUT_MS")),
  "Port held by an outgoing connection": () => seconds(constant("PORT_WAIT_MS")),
  "Port held by a connection that was closed": () => seconds(constant("PORT_CLOSING_WAIT_MS")),
  "Upload that was on its way": () => seconds(constant("DRAIN_PATIENCE_MS")),
  "Second stop signal": () => `after ${seconds(constant("REPEAT_MIN_MS"))}`,
  "Queue of logs, on disk": () => size(number(/block_on_overflow: true\s+sizer: bytes\s+queue_size: (\d+)/)),
  "Queue of metrics, in memory": () => size(number(/block_on_overflow: false\s+sizer: bytes\s+queue_size: (\d+)/)),
  Batch: () =>
    `${size(constant("BATCH_BYTES"))}, ${number(/flush_timeout: (\d+)ms/)} ms (metrics: ${number(/flush_timeout: (\d+)s/)} s)`,
  "Record of the system log": () => size(defaultNumberOf("telemetry.max_request_bytes") / constant("JSON_GROWTH")),
  Processors: () => String(constant("GO_MAX_CORES")),
  Memory: () => `${number(/GO_MEMORY_MAX = "(\d+)MiB"/)} MiB`,
  "Exits within 2 minutes": () => String(number(/crashLoopExits: (\d+),/)),
  "Last read at a stop": () => `${seconds(number(/lastReadMaxMs: ([\d_]+),/))}, three fifths of the collector's time`,
  "Reading, a second": () => size(constant("READ_MAX_BYTES_PER_S", "runner/")),
  "Reading at a stop": () => size(constant("LAST_READ_MAX_BYTES", "runner/")),
  Record: () => size(constant("RECORD_MAX_BYTES")),
  "Pages with a second name": () => constant("SECOND_NAMES_MAX").toLocaleString("en"),
  "Deleted pages that wait for the ring or a restart": () =>
    `${size(constant("KEPT_MAX_BYTES"))}, ${constant("KEPT_MAX_MS") / 60_000} min`,
  "Files that are followed": () => String(constant("FILES_MAX")),
  "Depth of folders": () => String(constant("DEPTH_MAX", "runner/")),
  "Output of one step": () => size(defaultNumberOf("telemetry.job.step_output_max_bytes")),
  "Processes that are told": () => `${constant("TOP_PROCESSES")} by CPU and ${constant("TOP_PROCESSES")} by memory`,
  "Processes of the machine": () => constant("PROCESSES_MAX").toLocaleString("en"),
  "Arguments of a process": () => `${constant("COMMAND_LINE_MAX_CHARS")} characters`,
  "Events of one kind": () => `${constant("RECORDS_MAX_A_MINUTE")} a minute`,
  "Uploads because of events, hooks and flushes": () => `once in ${seconds(constant("FLUSH_EVERY_MS"))}`,
  "File systems that are watched": () => String(constant("FILE_SYSTEMS_MAX")),
  "Text of others in an event": () => `${constant("TEXT_MAX_CHARS", "events/event-line")} characters`,
  Readers: () => `${constant("READERS_MAX")}, of them ${constant("STRANGERS_MAX")} who`,
  "Bytes that wait for a slow reader": () => size(constant("QUEUE_MAX_BYTES", "live/")),
  "Log lines a second": () =>
    `${constant("RECORDS_MAX", "live/log-tail")} records, ${size(constant("TEXT_MAX_BYTES", "live/log-tail"))}`,
  "Text of one of them": () => `${constant("TEXT_MAX_CHARACTERS", "live/read-records")} characters`,
  "Log lines that the page keeps": () =>
    `${constant("RECORDS_MAX", "page/").toLocaleString("en")}, ${constant("TEXT_MAX_CHARS", "page/data/log-store") / 2 ** 20} Mi characters`,
  "Spans a second": () => `${constant("SPANS_MAX", "live/")}, ${size(constant("SPANS_MAX_BYTES"))}`,
  "Attributes of one of them": () =>
    `${constant("ATTRIBUTES_MAX", "live/read-spans")} of ${constant("VALUE_MAX_CHARACTERS")} characters`,
  "Name of a span or an attribute": () => `${constant("NAME_MAX_CHARACTERS")} characters`,
  "Spans that the page keeps": () =>
    `${constant("SPANS_MAX", "page/").toLocaleString("en")}, ${constant("SPAN_TEXT_MAX_CHARS") / 2 ** 20} Mi characters`,
  "What waits while `top` is paused": () => `${constant("HELD_MAX_CHARS") / 2 ** 20} Mi characters`,
  "History of the run": () => `${constant("BUCKETS")} points a series`,
  Events: () => String(constant("EVENTS_MAX")),
  "Mark of a job": () => size(constant("MARK_MAX_BYTES")),
  "Name in a mark": () => `${constant("NAME_MAX", "http/read-mark")} characters`,
  "Attributes of a mark": () =>
    `${constant("ATTRIBUTES_MAX", "http/read-mark")} of ${constant("VALUE_MAX", "http/read-mark")} characters`,
  "Wait of a flush": () =>
    `${seconds(constant("FLUSH_WAIT_MS", "job-pipeline"))}, at most ${seconds(constant("FLUSH_WAIT_MAX_MS"))}`,
  "Flushes that wait": () => String(constant("FLUSHES_MAX")),
  "Hook of the runner": () => `${constant("LIMIT_MS", "cli/commands/hook") / 1000} s, ended by its script after 4 s`,
  "Answer to `mark`": () => seconds(constant("ANSWER_TIMEOUT_MS", "cli/commands/mark")),
  "Summary of a job, in a hook": () => size(constant("SUMMARY_MAX_BYTES")),
  "Steps in a summary": () => `${constant("TOLD_STEPS_MAX")}, the longest`,
  "Events in a summary": () => `${constant("TOLD_EVENTS_MAX")}, the gravest`,
  "Jobs in a summary of runs": () => `${constant("TOLD_JOBS_MAX")}, those`,
  "`.setup_info` of the runner": () => size(constant("FILE_MAX_BYTES", "cli/setup-info")),
  "No request from it": () => seconds(number(/silentAfterMs: ([\d_]+),/)),
};
/** No numbers, or what the specification, the names of settings or arithmetic say. */
const WORDS = new Set([
  "Bytes after the end of a compressed body",
  // Of build.ts; test/conformance holds it.
  "Headers of a request",
  "Trailers of a chunked body",
  "Charset of a JSON body",
  "Length of trace ids and span ids",
  "Names in `Host`",
  "Room on the disk",
  "Time until a disk is full",
  "The same, for other senders than the collector",
  "Agents in one base directory",
  "Use of a ring",
  "Objects of a stream on their way",
  "Failed uploads",
  "Collector and open requests, of this time",
]);

describe("the page about the limits", () => {
  test.each(ROWS.map(([limit = "", given = ""]) => [limit, given] as const))("%s: %s", (limit, given) => {
    if (WORDS.has(limit)) return;
    const flag = /\(`(--[\w-]+)`\)/.exec(given)?.[1];
    const wanted = flag === undefined ? FIXED[limit]?.() : defaultOf(flag);
    expect(wanted, `"${limit}" has neither a flag nor a place in this test`).toBeDefined();
    expect(given.replace(/ levels/, "")).toStartWith(wanted ?? "");
  });

  test("names each of its rows once, and this test no other", () => {
    const limits = ROWS.map(([limit = ""]) => limit);
    expect(limits.filter((limit, at) => limits.indexOf(limit) !== at)).toEqual([]);
    expect([...WORDS, ...Object.keys(FIXED)].filter((limit) => !limits.includes(limit))).toEqual([]);
  });

  test("says the times and the shares of the source in its sentences", () => {
    expect(number(/crashWindowMs: ([\d_]+),/)).toBe(120_000);
    expect(number(/const BACKOFF = \{ initialMs: 500, maxMs: ([\d_]+)/)).toBe(30_000);
    expect(number(/STAGE_SHARE = 1 \/ (\d+)/)).toBe(5);
    // While lines come, the last read has three fifths of this share of the 25 s.
    expect(number(/SLOW_SHARE = (\d+) \/ 5/) * (25 / 5) * (3 / 5)).toBe(9);
    expect(number(/OWN_SHARE = 1 \/ (\d+)/)).toBe(8);
    expect(number(/QUIET_MS = ([\d_]+)/, "http/refusal-watch")).toBe(60_000);
  });
});

function defaultNumberOf(key: string): number {
  const option = OPTIONS.find((candidate) => candidate.key === key);
  if (typeof option?.default !== "number") throw new Error(`Cannot find a default of ${key}: a number wanted`);
  return option.default;
}

function defaultOf(flag: string): string {
  const option = OPTIONS.find(({ flagName }) => flagName === flag);
  if (typeof option?.default !== "number")
    throw new Error(`Cannot find a default of ${flag}: a flag of a number wanted`);
  if (option.kind === "size") return size(option.default);
  return option.kind === "duration" ? seconds(option.default) : String(option.default);
}

/** The value of `const NAME = 64 * 1024;`, wherever in the source it is, or below `folder`. */
function constant(name: string, folder = ""): number {
  return number(new RegExp(`const ${name} = "?([\\d_ *]+)"?;`), folder);
}

/** The number that `pattern` finds in the source; throws when it finds none, or different ones. */
function number(pattern: RegExp, folder = ""): number {
  const found = FILES.filter(({ path }) => path.startsWith(folder)).flatMap(({ text }) =>
    [...text.matchAll(new RegExp(pattern, "g"))].map(([, value = ""]) => value),
  );
  const [value, ...others] = new Set(found.map((text) => product(text.replaceAll("_", ""))));
  if (value === undefined || others.length > 0) {
    throw new Error(`Cannot find one number by ${pattern}: ${found.join(", ")}`);
  }
  return value;
}

function product(text: string): number {
  return text.split("*").reduce((total, factor) => total * Number(factor), 1);
}

function size(bytes: number): string {
  return bytes < 2 ** 20 ? `${bytes / 2 ** 10} KiB` : `${bytes / 2 ** 20} MiB`;
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
