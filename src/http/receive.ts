import type { ByteBudget } from "../lib/byte-budget.ts";
import { DecodeError } from "../otlp/decode-error.ts";
import { decodeExportRequest, type Encoding } from "../otlp/export-request.ts";
import type { LineSink, Signal, Stream } from "../pipeline.ts";
import { busy, failure, RpcCode, success } from "./answers.ts";
import type { StreamCounters } from "./counters.ts";
import { CONTENT_ENCODINGS, contentEncodingOf } from "./content-encoding.ts";
import { foreignReason } from "./local-only.ts";
import { encodingOf } from "./media-type.ts";
import { giveBack, readBody } from "./read-body.ts";

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
  readonly inFlight: ByteBudget;
  readonly isStopping: () => boolean;
  /** Called for each body with the bytes of memory it took, as it came and decompressed. */
  readonly onBody: (bytes: number) => void;
}

/**
 * One export request from its headers to its answer: who asks → Content-Type → Content-Encoding → size and bytes in
 * flight → decode → offer → answer. A 200 is sent when the line is in the ring file. Rejects for a defect of ours only.
 */
export async function receive(request: Request, deps: ReceiveDeps): Promise<Response> {
  const { stream, counters, limits } = deps;
  const encoding = encodingOf(request.headers.get("content-type"));

  const foreign = foreignReason(request.headers, limits.allowedHosts);
  if (foreign !== undefined) {
    counters.reject("foreign");
    const message = `Cannot take the request: ${foreign}`;
    return failure(encoding, { httpStatus: 403, code: RpcCode.permissionDenied, message, headers: unread(request) });
  }
  if (deps.isStopping()) {
    counters.refuse("stopping");
    return busy(encoding, "Cannot take the request: the agent is stopping", CLOSE);
  }
  if (encoding === undefined) {
    counters.reject("content-type");
    const given = request.headers.get("content-type") ?? "none";
    const message = `Cannot take Content-Type "${given}": send application/json or application/x-protobuf`;
    return failure(undefined, { httpStatus: 415, code: RpcCode.invalidArgument, message, headers: unread(request) });
  }
  const contentEncoding = contentEncodingOf(request.headers.get("content-encoding"));
  if (contentEncoding === undefined) {
    counters.reject("content-encoding");
    const given = request.headers.get("content-encoding") ?? "";
    const message = `Cannot decode Content-Encoding "${given}": send ${CONTENT_ENCODINGS.join(", ")} or none`;
    return failure(encoding, { httpStatus: 400, code: RpcCode.invalidArgument, message, headers: unread(request) });
  }

  const body = await readBody(request, limits.maxRequestBytes, deps.inFlight);
  switch (body.kind) {
    case "too-large":
      return tooLarge(encoding, deps, `it has at least ${body.bytes} bytes`, { headers: unread(request) });
    case "over-budget":
      counters.refuse("in-flight-full");
      return busy(
        encoding,
        "Cannot take the request: too many request bytes are under way; try again",
        unread(request),
      );
    case "broken":
      counters.reject("broken-off");
      return failure(encoding, {
        httpStatus: 400,
        code: RpcCode.invalidArgument,
        message: "Cannot read the body: it broke off",
      });
    case "bytes":
      break;
  }
  try {
    if (contentEncoding === "identity") {
      deps.onBody(body.bytes.length);
      return take(body.bytes, body.bytes.length, encoding, deps);
    }
    const { decompress } = await import("./decompress.ts");
    const plain = decompress(contentEncoding, body.bytes, limits.maxRequestBytes);
    deps.onBody(body.bytes.length + (plain.kind === "bytes" ? plain.bytes.length : 0));
    if (plain.kind === "bytes") {
      const answer = take(plain.bytes, body.bytes.length, encoding, deps);
      giveBack(plain.bytes);
      return answer;
    }
    if (plain.kind === "too-large") return tooLarge(encoding, deps, "it grows beyond that when decompressed");
    counters.reject("content-encoding");
    const message = `Cannot decompress the ${stream} body as ${contentEncoding}: ${plain.reason}`;
    return failure(encoding, { httpStatus: 400, code: RpcCode.invalidArgument, message });
  } finally {
    body.free();
  }
}

/** Of a refused body that says how long it is: as long a one as OTLP recommends to take (OTLP/HTTP Request). */
const DISCARD_MAX_BYTES = 64 * 1024 * 1024;
const CLOSE = { connection: "close" } as const;

/**
 * Headers of an answer that leaves the body unread. Bun throws away what still comes of it, in no memory, and the
 * connection goes on. To close it while the sender writes would take the answer along (RFC 9112 §9.6): the exporters of
 * Go and JavaScript see a broken pipe then instead of a 413 or a 503, and repeat what can never be taken, or drop what
 * they were asked to keep.
 */
function unread(request: Request): Readonly<Record<string, string>> {
  return Number(request.headers.get("content-length") ?? 0) > DISCARD_MAX_BYTES ? CLOSE : {};
}

function take(body: Uint8Array, sentBytes: number, encoding: Encoding, deps: ReceiveDeps): Response {
  const { sink, counters, limits, stream } = deps;
  try {
    const decodeLimits = { nestingMax: limits.nestingMax, lineMaxBytes: sink.lineMaxBytes };
    const { line, items, notes } = decodeExportRequest(signalOf(stream), encoding, body, decodeLimits);
    if (line === undefined) {
      // What is left out leaves a trace, also where nothing else is left.
      counters.note(notes);
      counters.acceptEmpty();
      return success(encoding);
    }
    const result = sink.offer(line);
    switch (result) {
      case "accepted":
        counters.accept(items, sentBytes, line.length + 1);
        counters.note(notes);
        return success(encoding);
      case "full":
        counters.refuse("ring-full");
        return busy(encoding, `Cannot take the request: the ring of ${stream} is full; try again`);
      case "failed":
        counters.refuse("write-failed");
        return busy(encoding, `Cannot take the request: the ring file of ${stream} refuses it; try again`);
      case "closed":
        counters.refuse("stopping");
        return busy(encoding, "Cannot take the request: the agent is stopping");
      case "too-large":
        return lineTooLong(encoding, deps);
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (error.kind === "too-large") return lineTooLong(encoding, deps);
    counters.reject("bad-data");
    const description = error.message;
    const fieldViolation = error.path === "" ? {} : { fieldViolation: { field: error.path, description } };
    return failure(encoding, {
      httpStatus: 400,
      code: RpcCode.invalidArgument,
      message: description,
      ...fieldViolation,
    });
  }
}

function lineTooLong(encoding: Encoding, deps: ReceiveDeps): Response {
  return tooLarge(encoding, deps, "its line of OTLP/JSON is longer", { maxBytes: deps.sink.lineMaxBytes });
}

function tooLarge(
  encoding: Encoding,
  { counters, limits, sink }: ReceiveDeps,
  given: string,
  {
    maxBytes = Math.min(limits.maxRequestBytes, sink.lineMaxBytes),
    headers = {},
  }: { readonly maxBytes?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  counters.reject("too-large");
  const message = `Cannot take the body: ${given}, at most ${maxBytes} bytes are taken; send smaller batches`;
  return failure(encoding, { httpStatus: 413, code: RpcCode.resourceExhausted, message, headers });
}

function signalOf(stream: Stream): Signal {
  return stream === "gha-logs" ? "logs" : stream;
}
