import { DecodeError } from "../otlp/decode-error.ts";
import { decodeExportRequest, type Encoding } from "../otlp/export-request.ts";
import type { LineSink, Signal, Stream } from "../pipeline.ts";
import { refused, success } from "./answers.ts";
import type { StreamCounters } from "./counters.ts";
import { CONTENT_ENCODINGS, type ContentEncoding, contentEncodingOf } from "./content-encoding.ts";
import { foreignReason } from "./local-only.ts";
import { encodingOf } from "./media-type.ts";
import { giveBack } from "./give-back.ts";
import type { InFlight } from "./in-flight.ts";
import { readBody } from "./read-body.ts";
import { quoted, type Refusal, refuse, tooLarge } from "./refusals.ts";

export interface ReceiveLimits {
  /** Of the body, before and after decompression. */
  readonly maxRequestBytes: number;
  /** Of messages and JSON values. */
  readonly nestingMax: number;
  /** Names beside localhost that a Host may carry, lower case. */
  readonly allowedHosts: ReadonlySet<string>;
}

export interface ReceiveDeps {
  readonly stream: Stream;
  readonly sink: LineSink;
  readonly counters: StreamCounters;
  readonly limits: ReceiveLimits;
  /** Shared by all streams: the bytes of request bodies in memory. */
  readonly inFlight: InFlight;
  readonly isStopping: () => boolean;
  /** Called for each body with the bytes of memory it took, as it came and decompressed. */
  readonly onBody: (bytes: number) => void;
}

/**
 * One export request from its headers to its answer: who asks → Content-Type → Content-Encoding → size and bytes in
 * flight → decode → offer → answer. A 200 is sent when the line is in the ring file. Rejects for a defect of ours only.
 */
export async function receive(request: Request, deps: ReceiveDeps): Promise<Response> {
  const result = await take(request, deps);
  return typeof result === "string" ? success(result) : refused(request, result, deps.counters);
}

/** The encoding of the answer, when the request is taken. */
async function take(request: Request, deps: ReceiveDeps): Promise<Encoding | Refusal> {
  const form = formOf(request, deps);
  if ("reason" in form) return form;
  const body = await readBody(request, {
    maxBytes: deps.limits.maxRequestBytes,
    inFlight: deps.inFlight,
    isOwn: false,
  });
  if ("reason" in body) return body;
  try {
    return await store(body.bytes, form, deps);
  } finally {
    body.free();
  }
}

interface Form {
  readonly encoding: Encoding;
  readonly contentEncoding: ContentEncoding | "identity";
}

/** What the headers say of the body, or why the request is not taken with them. */
function formOf({ headers }: Request, { limits, isStopping }: ReceiveDeps): Form | Refusal {
  const foreign = foreignReason(headers, limits.allowedHosts);
  if (foreign !== undefined) return refuse("foreign", foreign);
  if (isStopping()) return refuse("stopping");
  const contentType = headers.get("content-type");
  const encoding = encodingOf(contentType);
  if (encoding === undefined) return refuse("content-type", quoted(contentType ?? "none"));
  const given = headers.get("content-encoding");
  const contentEncoding = contentEncodingOf(given);
  if (contentEncoding !== undefined) return { encoding, contentEncoding };
  const known = CONTENT_ENCODINGS.join(", ");
  return refuse("content-encoding", `decode Content-Encoding "${quoted(given ?? "")}": send ${known} or none`);
}

async function store(
  sent: Uint8Array,
  { encoding, contentEncoding }: Form,
  deps: ReceiveDeps,
): Promise<Encoding | Refusal> {
  if (contentEncoding === "identity") {
    deps.onBody(sent.length);
    return offer(sent, sent.length, encoding, deps);
  }
  const { decompress } = await import("./decompress.ts");
  const { maxRequestBytes } = deps.limits;
  const inflated = decompress(contentEncoding, sent, maxRequestBytes);
  deps.onBody(sent.length + (inflated.kind === "bytes" ? inflated.bytes.length : 0));
  switch (inflated.kind) {
    case "bytes": {
      const result = offer(inflated.bytes, sent.length, encoding, deps);
      giveBack(inflated.bytes);
      return result;
    }
    case "too-large":
      return tooLarge("it grows beyond that when decompressed", maxRequestBytes);
    case "corrupt":
      return refuse("content-encoding", `decompress the ${deps.stream} body as ${contentEncoding}: ${inflated.reason}`);
  }
}

/** Decodes a body and puts its line into the ring. */
function offer(body: Uint8Array, sentBytes: number, encoding: Encoding, deps: ReceiveDeps): Encoding | Refusal {
  const { sink, counters, limits, stream } = deps;
  try {
    const decodeLimits = { nestingMax: limits.nestingMax, lineMaxBytes: sink.lineMaxBytes };
    const { line, items, notes } = decodeExportRequest(signalOf(stream), encoding, body, decodeLimits);
    const result = line === undefined ? "empty" : sink.offer(line);
    switch (result) {
      case "full":
        return refuse("ring-full", stream);
      case "failed":
        return refuse("write-failed", stream);
      case "closed":
        return refuse("stopping");
      case "too-large":
        return lineTooLong(deps);
      case "accepted":
        counters.accept(items, sentBytes, (line?.length ?? 0) + 1);
        break;
      case "empty":
        counters.acceptEmpty();
        break;
    }
    // Also of an empty request: what is left out leaves a trace.
    counters.note(notes);
    return encoding;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (error.kind === "too-large") return lineTooLong(deps);
    const { message, path } = error;
    return { reason: "bad-data", detail: message, ...(path !== "" && { field: path }) };
  }
}

function lineTooLong({ sink }: ReceiveDeps): Refusal {
  return tooLarge("its line of OTLP/JSON is longer", sink.lineMaxBytes);
}

function signalOf(stream: Stream): Signal {
  return stream === "gha-logs" ? "logs" : stream;
}
