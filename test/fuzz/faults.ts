/** What is wrong with what a sender saw. */
import type { Encoding } from "../../src/otlp/export-request.ts";
import { otlpJson } from "../otlp/oracle.ts";
import { valueAt } from "../support/json.ts";
import { type Answer, isOfBun } from "./answer.ts";
import type { FuzzCase } from "./fuzz-case.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import type { Played } from "./play.ts";

/** The longest that an answer may take once all is sent. */
export const ANSWER_MAX_MS = 1000;

/**
 * Of the cases, some one in a hundred on a quiet machine. Exporters do not pipeline, and what they send is answered at
 * once; a fuzzer sends damaged and costly bodies, which go to the Worker, and pipelines behind them.
 */
export const CUT_OFF_MAX_SHARE = 0.05;

/** What is said of a body that was damaged just where it names its signal. */
const FOREIGN_LINE = "but it is not OTLP for";

const CONTENT_TYPES = { json: "application/json", protobuf: "application/x-protobuf" } as const;
/** What Bun itself answers, without a body, to what is no HTTP/1. */
const VERSION_NOT_SUPPORTED = 505;

/** In words; none when all is well, but for a sender that {@link isCutOff}. */
export function faultsOf(fuzzCase: FuzzCase, saw: Played): string[] {
  const { requests, bytes, ending } = fuzzCase;
  const { answers, rest, isClosed } = saw;
  if (ending === "reset") return [];
  const faults = rest === "" ? [] : [`${quoted(Buffer.from(rest, "latin1"))} is no answer`];
  const answered = answeredRequests(fuzzCase, saw);
  let end = 0;
  for (const [n, answer] of answers.entries()) {
    const request = requests[n];
    const isHalf = request !== undefined && end + request.wholeAt > bytes.length;
    end += request?.bytes.length ?? 0;
    const isKnown = request !== undefined && n < answered && request.outcome.kind !== "unclear" && end <= bytes.length;
    const found = isKnown ? answerFaults(request, answer) : looseFaults(answer, isHalf ? request : undefined);
    faults.push(...found.map((fault) => `answer ${n}: ${fault}`));
  }
  // Behind the last request there may be something that is answered as well, or the last one may be read as two.
  if (answers.length > requests.length && end === bytes.length && requests.at(-1)?.outcome.kind !== "unclear") {
    faults.push(`${answers.length} answers to ${requests.length} requests`);
  }
  if (isAnswerMissing(fuzzCase, saw) && !isCutOff(fuzzCase, saw)) {
    faults.push(`request ${answered} has no answer, the connection is ${isClosed ? "closed" : "open"}`);
  }
  return faults;
}

/**
 * Bun closes a connection whose next request comes while an answer is pending, and says before what is wrong with that
 * next one. The sender has to send again what was not answered (RFC 9112 §9.3.2): no fault, but not for everybody who
 * pipelines either.
 */
export function isCutOff(fuzzCase: FuzzCase, saw: Played): boolean {
  const end = endOf(fuzzCase, answeredRequests(fuzzCase, saw));
  return saw.isClosed && isAnswerMissing(fuzzCase, saw) && end < fuzzCase.bytes.length;
}

/** Who ends his side before he has heard may not hear: Bun closes a connection whose other side has ended. */
function isAnswerMissing(fuzzCase: FuzzCase, saw: Played): boolean {
  const { requests, bytes, ending } = fuzzCase;
  const answered = answeredRequests(fuzzCase, saw);
  const next = ending === "wait" ? requests[answered] : undefined;
  if (next === undefined || endOf(fuzzCase, answered) > bytes.length || next.outcome.kind === "unclear") return false;
  return !saw.answers.slice(0, answered).some(({ closes }) => closes) && !requests.some(endsEarly);
}

/** How many requests have their answer. The last answer may be Bun's own, to what comes behind one that is pending. */
function answeredRequests(fuzzCase: FuzzCase, { answers, isClosed }: Played): number {
  const last = answers.at(-1);
  const isOutOfTurn =
    isClosed && last !== undefined && isOfBun(last) && endOf(fuzzCase, answers.length - 1) < fuzzCase.bytes.length;
  return isOutOfTurn ? answers.length - 1 : answers.length;
}

/** Where request `n` ends in what is sent. */
function endOf({ requests }: FuzzCase, n: number): number {
  return requests.slice(0, n + 1).reduce((sum, request) => sum + request.bytes.length, 0);
}

/**
 * The agent may close the connection while the sender still writes, who then does not hear what was answered: it is no
 * HTTP; or the sender asks for it, and the answer waits neither for the body nor for the last bytes of its framing.
 */
function endsEarly({ asksToClose, outcome, bytes, wholeAt }: FuzzRequest): boolean {
  return outcome.kind === "unclear" || (asksToClose && (outcome.kind !== "taken" || wholeAt < bytes.length));
}

/** The answer to a whole request. */
function answerFaults({ outcome, target, answerEncoding, isHead }: FuzzRequest, answer: Answer): string[] {
  const { status, contentType, body } = answer;
  const saw = `${status} ${contentType ?? "without a type"} ${quoted(body)}`;
  const isBusy = status === 503 && target.kind === "stream";
  switch (outcome.kind) {
    case "unclear":
      return [];
    case "page":
      return status === 200 ? [] : [`${saw}, wanted 200`];
    case "taken": {
      if (isBusy) return statusFaults(answer, answerEncoding, isHead);
      const empty = answerEncoding === "json" ? "{}" : "";
      const told = Buffer.from(body).toString("latin1");
      const isRight = status === 200 && contentType === CONTENT_TYPES[answerEncoding];
      return isRight && (told === empty || told.includes(FOREIGN_LINE)) ? [] : [`${saw}, wanted 200`];
    }
    case "refused":
      if (status !== outcome.status && !(isBusy && outcome.readsBody)) return [`${saw}, wanted ${outcome.status}`];
      return target.kind === "page" ? looseFaults(answer) : statusFaults(answer, answerEncoding, isHead);
  }
}

/** Never to be answered, whatever was sent. */
export function isBadStatus(status: number): boolean {
  return status >= 500 && status !== 503 && status !== VERSION_NOT_SUPPORTED;
}

/** The answer to what is perhaps no request, or to `half` of one, which must not be taken. */
function looseFaults(answer: Answer, half?: FuzzRequest): string[] {
  const { status, contentType, body } = answer;
  if (isBadStatus(status)) return [`status ${status}`];
  if (status < 300 && half?.target.kind === "stream" && half.outcome.kind !== "unclear") {
    return [`${status} for half a request`];
  }
  if (status < 400 || body.length === 0) return [];
  return statusFaults(answer, contentType === CONTENT_TYPES.protobuf ? "protobuf" : "json", false);
}

/** Every failure is a google.rpc.Status in the sender's encoding (OTLP/HTTP, Failures). */
function statusFaults({ status, contentType, body }: Answer, encoding: Encoding, isToHead: boolean): string[] {
  if (contentType !== CONTENT_TYPES[encoding])
    return [`${status} in ${contentType}, wanted ${CONTENT_TYPES[encoding]}`];
  if (isToHead) return [];
  try {
    const told =
      encoding === "json"
        ? JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body))
        : otlpJson("Status", body);
    const [code, message] = [valueAt(told, "code"), valueAt(told, "message")];
    if (Number(code) > 0 && /^Cannot \w/.test(String(message))) return [];
    return [`${status} with ${quoted(body)}, wanted a code and a message`];
  } catch (error) {
    return [`${status} with ${quoted(body)}, wanted a Status: ${String(error)}`];
  }
}

function quoted(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 300)).toString("latin1"));
}
