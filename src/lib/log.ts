import { configureSync, getJsonLinesFormatter, getLogger, type LogRecord } from "@logtape/logtape";
import { logProperties, logText } from "./log-value.ts";
import { printable } from "./printable.ts";
import { StderrWriter } from "./stderr.ts";

/**
 * The log of one stage. Messages tell state changes (started, degraded, recovered after N failures), never one a
 * request. `properties` are shown behind the message as `key=value`. Both may quote other programs: what is secret in
 * them is masked, texts are cut at 4096 characters, and characters that could forge a line are escaped.
 */
export interface Log {
  info(message: string, properties?: Record<string, unknown>): void;
  warn(message: string, properties?: Record<string, unknown>): void;
  error(message: string, properties?: Record<string, unknown>): void;
  debug(message: string, properties?: Record<string, unknown>): void;
}

export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

const ROOT = "warp-telemetry";
const stderr = new StderrWriter();
const jsonLine = getJsonLinesFormatter();

/**
 * The log of `stage` (a folder of src/). Silent until {@link configureLog} was called, as in tests. Masked here and not
 * in our sink, so that it holds for those who use the agent as a library and have sinks of their own.
 */
export function logOf(stage: string): Log {
  const logger = getLogger([ROOT, stage]);
  const at =
    (level: LogLevel) =>
    (message: string, properties: Record<string, unknown> = {}): void => {
      if (logger.isEnabledFor(level)) logger[level](logText(message), logProperties(properties));
    };
  return { info: at("info"), warn: at("warning"), error: at("error"), debug: at("debug") };
}

/** Sends the log to standard error. The last call wins. */
export function configureLog(level: LogLevel, format: LogFormat): void {
  const render = format === "json" ? (record: LogRecord) => printable(jsonLine(record).trimEnd()) : textLine;
  configureSync({
    reset: true,
    sinks: { stderr: (record) => stderr.line(render(record)) },
    loggers: [
      { category: ROOT, sinks: ["stderr"], lowestLevel: level },
      { category: ["logtape", "meta"], lowestLevel: "fatal", sinks: [] },
    ],
  });
}

/** Waits until the log is written, at most `timeoutMs`. Call it before the process ends. */
export function flushLog(timeoutMs: number): Promise<void> {
  return stderr.flush(timeoutMs);
}

/** `2026-11-22T15:30:47.818Z WARN  ring: message key=value`; exported for its test. */
export function textLine(record: LogRecord): string {
  const time = new Date(record.timestamp).toISOString();
  const level = (record.level === "warning" ? "warn" : record.level).toUpperCase().padEnd(5);
  const properties = Object.entries(record.properties)
    .map(([key, value]) => ` ${key}=${typeof value === "number" ? value : JSON.stringify(value)}`)
    .join("");
  const message = record.message.map(String).join("");
  return printable(`${time} ${level} ${record.category.at(-1)}: ${message}${properties}`);
}
