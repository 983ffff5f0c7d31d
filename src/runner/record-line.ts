import { isUtf8 } from "node:buffer";
import type { Attributes, RecordOrigin } from "../job-pipeline.ts";
import { OWN_SCOPES, type ResourceAttributes } from "../pipeline.ts";
import { type Entry, isHeader } from "./cut-entries.ts";

/** Records of one line. */
export const RECORDS_MAX = 512;
/** Characters of one line; a record that is longer has a line of its own. */
const LINE_MAX_CHARS = 256 * 1024;
/** No byte becomes more: a control character is six as JSON, and four thirds more beside a byte that is no UTF-8. */
const GROWTH = 8;
/** More than what stands around the text of a record, and around all records of a line: a job's identity above all. */
const FRAME_BYTES = 16 * 1024;

/** The kind of log, as dashboards know it. */
const LOG_TYPE = "github_actions";
/** The semantic conventions' name for a message as it came. Base64, as the collector's configuration has it for its logs. */
const ORIGINAL = "log.record.original";
/** The step that a record is of, under the name that its span has it. */
const STEP_ID = "cicd.pipeline.task.run.id";

/** `[2026-11-26 10:00:00Z INFO `: where the level begins, and how long all of it can be. */
const LEVEL_AT = 22;
const HEAD_MAX_CHARS = 40;
/** The runner's levels, as the severity numbers of OpenTelemetry's data model. */
const SEVERITIES: Readonly<Record<string, number>> = { VERB: 5, INFO: 9, WARN: 13, ERR: 17, CRIT: 21 };

const LEFT_OUT = "warp_telemetry.step.output.left_out";
const LEFT_OUT_BYTES = "warp_telemetry.left_out.bytes";
const WARN = 13;
/** `2026-11-26T10:00:00.1234567Z ` */
const OUTPUT_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{7})Z /;

const encoder = new TextEncoder();
let lastStart = "";
let lastHead = "";
let lastSecond = "";
let lastSeconds = 0;

/** Bytes of one record, so that it fits into a line of the ring whatever is in it. */
export function recordMaxBytes(lineMaxBytes: number, wantedBytes: number): number {
  return Math.max(1, Math.min(wantedBytes, Math.floor((lineMaxBytes - FRAME_BYTES) / GROWTH)));
}

/** Makes OTLP/JSON requests of records: one line of the ring each, with a resource for each job that they are of. */
export class RecordLine {
  readonly #resource: ResourceAttributes;
  readonly #scope: string;
  readonly #maxChars: number;
  /**
   * By the attributes that the job adds to the resource, the same object for all its records. A list: a Map that is
   * cleared at each line leaves what was in it to a full collection, which is rare beside the mapped rings.
   */
  #groups: { readonly job: Attributes | undefined; readonly records: string[] }[] = [];
  #count = 0;
  #chars = 0;

  /** @param lineMaxBytes what the ring takes. */
  constructor(resource: ResourceAttributes, lineMaxBytes: number) {
    this.#resource = resource;
    this.#scope = JSON.stringify({ name: OWN_SCOPES.runner, version: resource["telemetry.version"] });
    this.#maxChars = Math.min(LINE_MAX_CHARS, Math.floor(lineMaxBytes / GROWTH));
  }

  get count(): number {
    return this.#count;
  }

  /** Whether this record can be added: the first one always can. */
  hasRoomFor(record: string, job?: Attributes): boolean {
    if (this.#count === 0) return true;
    const headChars = this.#recordsOf(job) !== undefined ? 0 : this.#head(job).length;
    return this.#count < RECORDS_MAX && this.#chars + headChars + record.length < this.#maxChars;
  }

  add(record: string, job?: Attributes): void {
    const records = this.#recordsOf(job);
    if (records === undefined) {
      if (this.#count > 0) this.#chars += this.#head(job).length;
      this.#groups.push({ job, records: [record] });
    } else records.push(record);
    this.#count++;
    this.#chars += record.length + 1;
  }

  /** The request with all records, in new bytes; begins the next one. */
  take(): Uint8Array {
    const groups = this.#groups.map(({ job, records }) => `${this.#head(job)}${records.join(",")}]}]}`);
    this.#groups = [];
    this.#count = 0;
    this.#chars = 0;
    return encoder.encode(`{"resourceLogs":[${groups.join(",")}]}`);
  }

  /** Of a handful of jobs at most. */
  #recordsOf(job: Attributes | undefined): string[] | undefined {
    return this.#groups.find((group) => group.job === job)?.records;
  }

  #head(job: Attributes = {}): string {
    const attributes = Object.entries({ ...this.#resource, ...job }).map(([key, value]) => attribute(key, value));
    return `{"resource":{"attributes":[${attributes.join(",")}]},"scopeLogs":[{"scope":${this.#scope},"logRecords":[`;
  }
}

/** What the records of a piece have in common. */
export interface RecordFrame {
  /** What {@link fileAttributes} made. */
  readonly attributes: string;
  readonly nowMs: number;
  /** Trace and span, as {@link originIds} made them. Default: none. */
  readonly ids?: string;
  /** Each is a line of a step's output, which begins with its time. Default: no. */
  readonly isOutput?: boolean;
}

/**
 * One log record of OTLP/JSON: the entry between `start` and `end` of `bytes`, as text without the line ends behind it;
 * its time and severity where it begins with them. What is no UTF-8 becomes U+FFFD in the text; the bytes as they were
 * are an attribute then. Undefined for nothing but line ends.
 */
export function recordOf(
  bytes: Buffer,
  { start, end }: Entry,
  { attributes, nowMs, ids = "", isOutput = false }: RecordFrame,
): string | undefined {
  let textEnd = end;
  while (textEnd > start && isLineEnd(bytes[textEnd - 1])) textEnd--;
  if (textEnd === start) return undefined;
  const text = bytes.toString("utf8", start, textEnd);
  const head = isOutput ? outputHeadOf(text) : isHeader(bytes, start) ? headOf(text) : "";
  const all = text.includes("\uFFFD") ? withOriginal(attributes, bytes.subarray(start, textEnd)) : attributes;
  return `{${head}${ids}"observedTimeUnixNano":"${nowMs}000000","body":{"stringValue":${JSON.stringify(text)}},"attributes":${all}}`;
}

/** The attributes of every record of a file, as JSON. */
export function fileAttributes(fileName: string, stepId?: string): string {
  const step = stepId === undefined ? "" : `,${attribute(STEP_ID, stepId)}`;
  return `[${attribute("log.file.name", fileName)},${attribute("log.type", LOG_TYPE)}${step}]`;
}

/** The trace and the span of a record, as JSON with a comma behind it; empty where no job is known. */
export function originIds(origin: RecordOrigin | undefined): string {
  if (origin?.traceId === undefined || origin.spanId === undefined) return "";
  return `"traceId":"${origin.traceId}","spanId":"${origin.spanId}",`;
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

/** A record that says how much of a step's output is left out. */
export function leftOutRecord(bytes: number, maxBytes: number, { attributes, nowMs, ids = "" }: RecordFrame): string {
  const text = `warp-telemetry has left out ${bytes} bytes of this step's output: ${maxBytes} bytes of a step are kept`;
  const counted = JSON.stringify({ key: LEFT_OUT_BYTES, value: { intValue: String(bytes) } });
  const all = `${attributes.slice(0, -1)},${counted}]`;
  const head = `"timeUnixNano":"${nowMs}000000","severityNumber":${WARN},"severityText":"WARN","eventName":"${LEFT_OUT}",`;
  return `{${head}${ids}"observedTimeUnixNano":"${nowMs}000000","body":{"stringValue":${JSON.stringify(text)}},"attributes":${all}}`;
}

/** The time of a line of output, in steps of 100 ns, as JSON with a comma behind it. */
function outputHeadOf(text: string): string {
  const [, second = "", fraction = ""] = OUTPUT_TIME.exec(text) ?? [];
  if (second === "") return "";
  if (second !== lastSecond) {
    lastSecond = second;
    lastSeconds = Date.parse(`${second}Z`) / 1000;
  }
  return Number.isNaN(lastSeconds) ? "" : `"timeUnixNano":"${lastSeconds}${fraction}00",`;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d;
}

function attribute(key: string, value: string): string {
  return JSON.stringify({ key, value: { stringValue: value } });
}
