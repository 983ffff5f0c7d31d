import type { Encoding } from "../otlp/export-request.ts";
import { type LineSink, type Sender, type Stream, STREAM_TABLE } from "../pipeline.ts";
import { refused, success, successWithWarning } from "./answers.ts";
import type { Body } from "./body.ts";
import { charsetOf } from "./charset.ts";
import { CONTENT_ENCODINGS, contentEncodingOf } from "./content-encoding.ts";
import type { StreamCounters } from "./counters.ts";
import type { Decoded, Form } from "./decode-body.ts";
import type { Decoder, Task } from "./decoder.ts";
import type { HeldAnswers } from "./held-answers.ts";
import type { InFlight } from "./in-flight.ts";
import { foreignLineWarning, type Warned } from "./foreign-line.ts";
import { foreignReason } from "./local-only.ts";
import { isGrpc } from "./grpc.ts";
import { encodingOf } from "./media-type.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { readBody } from "./read-body.ts";
import { quoted, REFUSALS, type Refusal, refuse, tooLarge } from "./refusals.ts";

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
  // Shared by all streams.
  readonly inFlight: InFlight;
  readonly turns: LoopTurns;
  readonly decoder: Decoder;
  readonly held: HeldAnswers;
  readonly isStopping: () => boolean;
  /** A name for the connection of a request; undefined when it has ended. */
  readonly connectionOf: (request: Request) => string | undefined;
  /** Called for each line that was taken with a FATAL record in it. Absent: nobody cares, or there are no log records. */
  readonly onFatal?: () => void;
}

/** FATAL, the lowest of four (Logs Data Model, SeverityNumber). What is above them has no name, and is no milder. */
const FATAL_MIN = 21;

/**
 * One export request from its headers to its answer: who asks → Content-Type → Content-Encoding → size and bytes in
 * flight → decode → offer → answer. A 200 is sent when the line is in the ring file. Rejects for a defect of ours only.
 */
export async function receive(request: Request, sender: Sender, deps: ReceiveDeps): Promise<Response> {
  const form = formOf(request, deps);
  if ("reason" in form) return refused(request, form, deps.counters);
  const { inFlight, turns, decoder, limits } = deps;
  const { maxRequestBytes: maxBytes } = limits;
  const body = await readBody(request, { maxBytes, inFlight, turns, isOwn: sender === "own" });
  const result = "reason" in body ? body : await takeIn(new Taken(request, body, form, sender, deps), decoder);
  if (typeof result === "string") return success(result);
  if ("warning" in result) return successWithWarning(result);
  if (REFUSALS[result.reason].isHeld && result.isPending !== true) {
    await deps.held.hold(request, deps.connectionOf(request));
  }
  return refused(request, result, deps.counters);
}

/** The encoding of the answer when the request is taken, with a warning or without. */
type Answer = Encoding | Warned | Refusal;

/** Decodes and stores a body; its memory is free when the answer is known. */
function takeIn(task: Taken, decoder: Decoder): Answer | Promise<Answer> {
  let isLater = false;
  try {
    const result = decoder.decode(task);
    if (!(result instanceof Promise)) return result;
    isLater = true;
    return result.finally(() => task.body.free());
  } finally {
    if (!isLater) task.body.free();
  }
}

/** What the headers say of the body, or why the request is not taken with them. */
function formOf({ headers }: Request, { stream, sink, limits, isStopping }: ReceiveDeps): Form | Refusal {
  const foreign = foreignReason(headers, limits.allowedHosts);
  if (foreign !== undefined) return refuse("foreign", foreign);
  if (isStopping()) return refuse("stopping");
  const contentType = headers.get("content-type");
  const encoding = encodingOf(contentType);
  if (contentType === null || encoding === undefined) {
    if (isGrpc(contentType)) return refuse("grpc");
    const wanted = "send application/json or application/x-protobuf";
    return refuse("content-type", `Content-Type "${quoted(contentType ?? "none")}": ${wanted}`);
  }
  const charset = encoding === "protobuf" ? "utf-8" : charsetOf(contentType);
  if (typeof charset === "object") {
    return refuse("content-type", `JSON in the charset "${quoted(charset.unknown)}": send it in UTF-8`);
  }
  const given = headers.get("content-encoding");
  const contentEncoding = contentEncodingOf(given);
  if (contentEncoding === undefined) {
    const known = CONTENT_ENCODINGS.join(", ");
    return refuse("content-encoding", `decode Content-Encoding "${quoted(given ?? "")}": send ${known} or none`);
  }
  const { maxRequestBytes, nestingMax } = limits;
  const { lineMaxBytes } = sink;
  return {
    signal: STREAM_TABLE[stream].signal,
    encoding,
    contentEncoding,
    charset,
    maxRequestBytes,
    lineMaxBytes,
    nestingMax,
  };
}

/** A body that is in memory, and where its line goes. */
class Taken implements Task<Answer> {
  readonly body: Body;
  readonly form: Form;
  readonly sender: Sender;
  readonly #request: Request;
  readonly #deps: ReceiveDeps;
  /** Its memory may be gone when they are counted. */
  readonly #sentBytes: number;

  constructor(request: Request, body: Body, form: Form, sender: Sender, deps: ReceiveDeps) {
    this.body = body;
    this.form = form;
    this.sender = sender;
    this.#request = request;
    this.#deps = deps;
    this.#sentBytes = body.bytes.length;
  }

  gone(): AbortSignal {
    return this.#request.signal;
  }

  /** Puts the line into the ring. */
  store(decoded: Decoded): Answer {
    if (decoded.kind === "refused") return decoded.refusal;
    const { sink, counters, stream, onFatal } = this.#deps;
    const { line, items, enumMax, notes } = decoded.request;
    let warning: string | undefined;
    const result = line === undefined ? "empty" : sink.offer(line, this.sender);
    switch (result) {
      case "full":
        return refuse("ring-full", stream);
      case "failed":
        return refuse("write-failed", stream);
      case "closed":
        return refuse("stopping");
      case "too-large":
        return tooLarge("its line of OTLP/JSON is longer", sink.lineMaxBytes);
      case "accepted":
        counters.accept(items, this.#sentBytes, (line?.length ?? 0) + 1);
        if (enumMax >= FATAL_MIN) onFatal?.();
        if (items === 0 && line !== undefined) warning = foreignLineWarning(this.form.signal, line);
        break;
      case "empty":
        counters.acceptEmpty();
        break;
    }
    // Also of an empty request: what is left out leaves a trace.
    counters.note(notes);
    const { encoding } = this.form;
    return warning === undefined ? encoding : { encoding, warning };
  }
}
