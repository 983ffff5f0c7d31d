/** One request on the wire, and what must be answered. */
import { decompress } from "../../src/http/decompress.ts";
import { DecodeError } from "../../src/otlp/decode-error.ts";
import type { Encoding } from "../../src/otlp/export-request.ts";
import { type Signal, type Stream, STREAM_TABLE } from "../../src/pipeline.ts";
import type { Random } from "../chaos/random.ts";
import { decodeExportRequest } from "../otlp/decode.ts";
import { weighted } from "./choice.ts";
import { type Coded, coded, uncoded } from "./codings.ts";
import { markOf, validBody } from "./corpus.ts";
import { framed } from "./framing.ts";
import {
  IDLE_HEADERS,
  type Media,
  type Sender,
  someMedia,
  someMethod,
  someSender,
  someTarget,
  type Target,
} from "./heads.ts";
import { jsonBody } from "./json-bodies.ts";
import { LINE_MAX_BYTES, MAX_REQUEST_BYTES } from "./limits.ts";
import { brokenHead } from "./broken-heads.ts";
import { protobufBody } from "./protobuf-bodies.ts";

export interface FuzzRequest {
  readonly bytes: Uint8Array;
  /** From here on the whole body is there: a sender that breaks off before it must find nothing of it stored. */
  readonly wholeAt: number;
  readonly target: Target;
  readonly isHead: boolean;
  /** The sender wants the connection closed after the answer. */
  readonly asksToClose: boolean;
  /** The encoding in which a failure must be told. */
  readonly answerEncoding: Encoding;
  readonly outcome: Outcome;
}

export type Outcome =
  /** 200; `line` is stored, if there is one. */
  | { readonly kind: "taken"; readonly stream: Stream; readonly line: Uint8Array | undefined }
  /** 200 without anything being stored. */
  | { readonly kind: "page" }
  /** This status. `readsBody`: only after the body was read, so 503 may come instead. */
  | { readonly kind: "refused"; readonly status: number; readonly readsBody: boolean }
  /** It may not be HTTP any more, so any answer will do that is no 5xx. Always the last one of a connection. */
  | { readonly kind: "unclear" };

const FAILED_HEAD = 0.06;
/** The usual limit of protobuf readers, and the default of the agent. */
const NESTING_MAX = 100;

/** Request `index` of case `number`. The last one of a connection may end it, and may have a head that is no HTTP. */
export function fuzzRequest(random: Random, number: number, index: number, isLast: boolean): FuzzRequest {
  const target = someTarget(random);
  const method = someMethod(random, target);
  const sender = someSender(random);
  const encoding = random.pick(["json", "protobuf"] as const);
  const media = someMedia(random, encoding);
  const hasBody = target.kind !== "page" || random.chance(0.1);
  const mark = markOf(number, index);
  const isUnclear = isLast && random.chance(FAILED_HEAD);
  // What may come of a broken head is known by its mark alone, which must be whole then.
  const make = isUnclear ? validBody : bodyOf;
  const body = hasBody ? make(signalOf(target), encoding, random, mark) : new Uint8Array(0);
  const sent = isUnclear ? uncoded(body) : coded(body, random);
  const version = isLast && random.chance(0.02) ? "HTTP/1.0" : "HTTP/1.1";
  const framing = framed(sent.body, random, version === "HTTP/1.1");
  const asksToClose = version === "HTTP/1.0" || (isLast && random.chance(0.03));

  const headers: (readonly [string, string])[] = [["host", sender.host]];
  if (sender.origin !== undefined) headers.push(["origin", sender.origin]);
  if (media.header !== undefined) headers.push(["content-type", media.header]);
  if (sent.header !== undefined) headers.push(["content-encoding", sent.header]);
  if (framing.header !== undefined) headers.push(framing.header);
  if (asksToClose) headers.push(["connection", "close"]);
  if (random.chance(0.03)) headers.push(["expect", random.pick(["100-continue", "100-Continue", "other"])]);
  if (!asksToClose && random.chance(0.25)) headers.push(random.pick(IDLE_HEADERS), random.pick(IDLE_HEADERS));

  const head = headBytes(random, `${method} ${target.path} ${version}`, headers);
  const written = Buffer.concat([isUnclear ? brokenHead(head, random) : head, framing.bytes]);
  return {
    bytes: written,
    wholeAt: written.length - framing.closingBytes,
    target,
    // As it is written, not as it was meant.
    isHead: written.toString("latin1", 0, 5) === "HEAD ",
    asksToClose,
    answerEncoding: media.encoding ?? "json",
    outcome: isUnclear ? { kind: "unclear" } : outcomeOf({ target, method, sender, media, sent }),
  };
}

/** What is sent to `target`; to nowhere too. */
function signalOf(target: Target): Signal {
  return target.kind === "stream" ? STREAM_TABLE[target.stream].signal : "logs";
}

function bodyOf(signal: Signal, encoding: Encoding, random: Random, mark: string): Uint8Array {
  const valid = validBody(signal, encoding, random, mark);
  if (!random.chance(0.005)) return encoding === "json" ? jsonBody(valid, random) : protobufBody(valid, random);
  // Large ones, around the size from which bodies are read in another way, and around the limit.
  const size = random.pick([300_000, 1024 * 1024 - 1, 1024 * 1024, MAX_REQUEST_BYTES, MAX_REQUEST_BYTES + 1]);
  if (encoding === "json") return Buffer.concat([valid, new Uint8Array(Math.max(0, size - valid.length)).fill(0x20)]);
  // An unknown field, 15, of three bytes of length.
  const padding = size - valid.length - 5;
  const length = [
    (padding & 0x7f) | 0x80,
    ((padding >> 7) & 0x7f) | 0x80,
    ((padding >> 14) & 0x7f) | 0x80,
    padding >> 21,
  ];
  return Buffer.concat([valid, Uint8Array.from([0x7a, ...length]), new Uint8Array(padding)]);
}

/** Header names in any case, in any order but for the request line, with any white space around the values. */
function headBytes(random: Random, line: string, headers: readonly (readonly [string, string])[]): Uint8Array {
  const rows = headers.map(([name, value]) => {
    const written = weighted(random, [
      [5, name],
      [1, name.toUpperCase()],
      [3, name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase())],
    ]);
    return `${written}:${random.pick([" ", " ", " ", "", "\t ", "   "])}${value}${random.pick(["", "", "", " ", "\t"])}\r\n`;
  });
  if (random.chance(0.3)) rows.reverse();
  return Buffer.from(`${line}\r\n${rows.join("")}\r\n`, "latin1");
}

interface Meaning {
  readonly target: Target;
  readonly method: string;
  readonly sender: Sender;
  readonly media: Media;
  readonly sent: Coded;
}

/** The order in which a request is judged: path, method, who asks, Content-Type, Content-Encoding, size, body. */
function outcomeOf({ target, method, sender, media, sent }: Meaning): Outcome {
  // gRPC has paths of its own, and a sender of it hears what to use.
  const isReading = method === "GET" || method === "HEAD";
  const isNowhere = target.kind === "nowhere" || (target.path === "/" && !isReading);
  if (isNowhere) return refused(media.header === "application/grpc" ? 415 : 404);
  if (target.kind === "page") {
    if (!isReading) return refused(405);
    return sender.isForeign ? refused(403) : { kind: "page" };
  }
  if (method !== "POST") return refused(405);
  if (sender.isForeign) return refused(403);
  if (media.encoding === undefined) return refused(415);
  if (sent.meaning === undefined) return refused(400);
  if (sent.body.length > MAX_REQUEST_BYTES) return refused(413, true);
  let body = sent.body.slice();
  if (sent.meaning !== "identity") {
    const plain = decompress(sent.meaning, body, MAX_REQUEST_BYTES);
    if (plain.kind === "too-large") return refused(413, true);
    if (plain.kind === "corrupt" || sent.isBroken) return refused(400, true);
    body = plain.bytes.slice();
  }
  try {
    const limits = { nestingMax: NESTING_MAX, lineMaxBytes: LINE_MAX_BYTES };
    const { line } = decodeExportRequest(signalOf(target), media.encoding, body, limits);
    return { kind: "taken", stream: target.stream, line: line?.slice() };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return refused(error.kind === "too-large" ? 413 : 400, true);
  }
}

function refused(status: number, readsBody = false): Outcome {
  return { kind: "refused", status, readsBody };
}
