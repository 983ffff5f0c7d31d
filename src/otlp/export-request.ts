/**
 * Makes one line of one POST. Protobuf becomes OTLP/JSON. JSON is checked and stays as it was sent, except for what
 * would make the line unreadable: a BOM is removed, line breaks between tokens become spaces, and what is no Unicode
 * text (invalid UTF-8, escapes of lone surrogates) becomes U+FFFD. White space around the object stays. The receiver tries
 * {@link decodePlain} first, then {@link decodeAny}.
 */
import { isUtf8 } from "node:buffer";
import type { Signal } from "../pipeline.ts";
import { DecodeError } from "./decode-error.ts";
import { codecInUse } from "./fast-codec.ts";
import { JsonChecker } from "./json-checker.ts";
import { Notes } from "./notes.ts";
import { ProtobufToJson } from "./protobuf-to-json.ts";
import { requestMessageOf } from "./schema.ts";
import { repairUtf8 } from "./utf8.ts";

export type Encoding = "json" | "protobuf";

export interface DecodeLimits {
  /**
   * Levels of nesting, 1 to 1000. Messages count in protobuf, objects in JSON, and below a key that OTLP does not know
   * also arrays. The request is level 1.
   */
  readonly nestingMax: number;
  /** Bytes of the longest line that can be stored. */
  readonly lineMaxBytes: number;
}

export interface ExportRequest {
  /**
   * The line to store: one JSON object in valid UTF-8 without line end. For JSON a view of `body` (of a copy, if it
   * had to be repaired), for protobuf a view of a buffer that the next call may overwrite.
   * Undefined when the request is empty by the specification: no telemetry, and in JSON no key that OTLP does not know.
   */
  readonly line: Uint8Array | undefined;
  /** Log records, spans or data points. */
  readonly items: number;
  /** The highest value of an enum: of logs the highest severity number. 0 without any, and where none is known. */
  readonly enumMax: number;
  /** What was repaired, left out, or only lenient readers take: reason (see `NoteReason`) → count. */
  readonly notes: Readonly<Record<string, number>>;
}

/**
 * As {@link decodeAny}, the fast way, for what exporters send: at most some ten milliseconds for each MiB of its line.
 * Undefined when the request is not plain, or its line is longer than `lineMaxBytes`. `body` is not changed.
 */
export function decodePlain(
  signal: Signal,
  encoding: Encoding,
  body: Uint8Array,
  { nestingMax, lineMaxBytes }: DecodeLimits,
): ExportRequest | undefined {
  const inUse = codecInUse();
  const codec = inUse.name === "wasm" ? inUse.codecs.codecFor(body.length) : undefined;
  if (codec === undefined) return undefined;
  const message = requestMessageOf(signal);
  const request =
    encoding === "protobuf"
      ? codec.transcode(message, body, nestingMax, lineMaxBytes)
      : body.length <= lineMaxBytes
        ? codec.checkJson(message, body, nestingMax)
        : undefined;
  if (request === undefined) return undefined;
  const { line, items, hasTelemetry, enumMax } = request;
  return { line: hasTelemetry ? line : undefined, items, enumMax, notes: Notes.NONE };
}

/**
 * Decodes one export request (OTLP/HTTP, "Binary Protobuf Encoding" and "JSON Protobuf Encoding"), by the codec that takes
 * every one: some milliseconds for each MiB of what is nearly plain, a hundred for the worst. `body` is changed in place
 * and belongs to the result. Throws {@link DecodeError} only.
 */
export function decodeAny(signal: Signal, encoding: Encoding, body: Uint8Array, limits: DecodeLimits): ExportRequest {
  const message = requestMessageOf(signal);
  const { nestingMax, lineMaxBytes } = limits;
  const notes = new Notes();
  if (encoding === "json") {
    const line = unicodeText(body, notes);
    checkLength(line, lineMaxBytes);
    const checker = new JsonChecker(line, nestingMax, notes);
    checker.check(message);
    const { isEmpty, items, enumMax } = checker;
    return { line: isEmpty ? undefined : line, items, enumMax, notes: notes.counts };
  }
  const transcoder = new ProtobufToJson(body, nestingMax, lineMaxBytes, notes);
  const line = transcoder.transcode(message);
  const { isEmpty, items, enumMax } = transcoder;
  return { line: isEmpty ? undefined : line, items, enumMax, notes: notes.counts };
}

function checkLength(line: Uint8Array, lineMaxBytes: number): void {
  if (line.length <= lineMaxBytes) return;
  const problem = `its line has ${line.length} bytes, at most ${lineMaxBytes} wanted, send smaller batches`;
  throw new DecodeError("too-large", "", problem);
}

/** `body` without a BOM; a repaired copy when it is not UTF-8. */
function unicodeText(body: Uint8Array, notes: Notes): Uint8Array {
  const hasBom = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  if (hasBom) notes.add("bom");
  const text = hasBom ? body.subarray(3) : body;
  if (isUtf8(text)) return text;
  const { repaired, replacements } = repairUtf8(text);
  notes.add("invalid-utf8", replacements);
  return repaired;
}
