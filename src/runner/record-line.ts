import { isUtf8 } from "node:buffer";
import type { ResourceAttributes } from "../pipeline.ts";
import { type Entry, isHeader } from "./cut-entries.ts";

/** Records of one line. */
export const RECORDS_MAX = 512;
/** Characters of one line; a record that is longer has a line of its own. */
const LINE_MAX_CHARS = 256 * 1024;
/** No byte becomes more: a control character is six as JSON, and four thirds more beside a byte that is no UTF-8. */
const GROWTH = 8;
/** More than what stands around the text of a record, and around all records of a line. */
const FRAME_BYTES = 4096;

const SCOPE = "warp-telemetry/runner";
/** The kind of log, as dashboards know it. */
const LOG_TYPE = "github_actions";
/** The semantic conventions' name for a message as it came. Base64, as the collector's configuration has it for its logs. */
const ORIGINAL = "log.record.original";

/** `[2026-11-26 10:00:00Z INFO `: where the level begins, and how long all of it can be. */
const LEVEL_AT = 22;
const HEAD_MAX_CHARS = 40;
/** The runner's levels, as the severity numbers of OpenTelemetry's data model. */
const SEVERITIES: Readonly<Record<string, number>> = { VERB: 5, INFO: 9, WARN: 13, ERR: 17, CRIT: 21 };

const encoder = new TextEncoder();
let lastStart = "";
let lastHead = "";

/** Bytes of one record, so that it fits into a line of the ring whatever is in it. */
export function recordMaxBytes(lineMaxBytes: number, wantedBytes: number): number {
  return Math.max(1, Math.min(wantedBytes, Math.floor((lineMaxBytes - FRAME_BYTES) / GROWTH)));
}

/** Makes OTLP/JSON requests of records: one line of the ring each. */
export class RecordLine {
  readonly #before: string;
  readonly #maxChars: number;
  #records: string[] = [];
  #chars = 0;

  /** @param lineMaxBytes what the ring takes. */
  constructor(resource: ResourceAttributes, lineMaxBytes: number) {
    const attributes = Object.entries(resource).map(([key, value]) => attribute(key, value));
    const scope = JSON.stringify({ name: SCOPE, version: resource["telemetry.version"] });
    this.#before = `{"resourceLogs":[{"resource":{"attributes":[${attributes.join(",")}]},"scopeLogs":[{"scope":${scope},"logRecords":[`;
    this.#maxChars = Math.min(LINE_MAX_CHARS, Math.floor(lineMaxBytes / GROWTH));
  }

  get count(): number {
    return this.#records.length;
  }

  /** Whether this record can be added: the first one always can. */
  hasRoomFor(record: string): boolean {
    if (this.#records.length === 0) return true;
    return this.#records.length < RECORDS_MAX && this.#chars + record.length < this.#maxChars;
  }

  add(record: string): void {
    this.#records.push(record);
    this.#chars += record.length + 1;
  }

  /** The request with all records, in new bytes; begins the next one. */
  take(): Uint8Array {
    const text = `${this.#before}${this.#records.join(",")}]}]}]}`;
    this.#records = [];
    this.#chars = 0;
    return encoder.encode(text);
  }
}

/**
 * One log record of OTLP/JSON: the entry between `start` and `end` of `bytes`, as text without the line ends behind it;
 * its time and severity where it begins with them. What is no UTF-8 becomes U+FFFD in the text; the bytes as they were
 * are an attribute then. `attributes` is what {@link fileAttributes} made. Undefined for nothing but line ends.
 */
export function recordOf(
  bytes: Buffer,
  { start, end }: Entry,
  { attributes, nowMs }: { readonly attributes: string; readonly nowMs: number },
): string | undefined {
  let textEnd = end;
  while (textEnd > start && isLineEnd(bytes[textEnd - 1])) textEnd--;
  if (textEnd === start) return undefined;
  const text = bytes.toString("utf8", start, textEnd);
  const head = isHeader(bytes, start) ? headOf(text) : "";
  const all = text.includes("\uFFFD") ? withOriginal(attributes, bytes.subarray(start, textEnd)) : attributes;
  return `{${head}"observedTimeUnixNano":"${nowMs}000000","body":{"stringValue":${JSON.stringify(text)}},"attributes":${all}}`;
}

/** The attributes of every record of a file, as JSON. */
export function fileAttributes(fileName: string): string {
  return `[${attribute("log.file.name", fileName)},${attribute("log.type", LOG_TYPE)}]`;
}

/** `attributes` and the bytes themselves, unless U+FFFD is what stands in them. */
function withOriginal(attributes: string, bytes: Buffer): string {
  if (isUtf8(bytes)) return attributes;
  return `${attributes.slice(0, -1)},${attribute(ORIGINAL, bytes.toString("base64"))}]`;
}

/** Time and severity of an entry, as JSON with a comma behind it. Most entries are of the second of the one before. */
function headOf(text: string): string {
  const end = text.indexOf(" ", LEVEL_AT);
  const start = text.slice(0, Math.min(end === -1 ? text.length : end, HEAD_MAX_CHARS));
  if (start !== lastStart) {
    lastStart = start;
    lastHead = parseHead(start);
  }
  return lastHead;
}

function parseHead(start: string): string {
  const timeMs = Date.parse(`${start.slice(1, 11)}T${start.slice(12, 21)}`);
  const level = /^[A-Za-z]+$/.exec(start.slice(LEVEL_AT))?.[0];
  const number = level === undefined ? undefined : SEVERITIES[level];
  return [
    Number.isNaN(timeMs) ? "" : `"timeUnixNano":"${timeMs}000000",`,
    number === undefined ? "" : `"severityNumber":${number},`,
    level === undefined ? "" : `"severityText":"${level}",`,
  ].join("");
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d;
}

function attribute(key: string, value: string): string {
  return JSON.stringify({ key, value: { stringValue: value } });
}
