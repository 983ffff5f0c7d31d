/** What is wrong with what a sender saw. */
import type { Encoding } from "../../src/otlp/export-request.ts";
import { otlpJson } from "../otlp/oracle.ts";
import { valueAt } from "../support/json.ts";
import type { Answer } from "./answer.ts";
import type { FuzzCase } from "./fuzz-case.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import type { Played } from "./play.ts";

/** The longest that an answer may take once all is sent. */
export const ANSWER_MAX_MS = 1000;

const CONTENT_TYPES = { json: "application/json", protobuf: "application/x-protobuf" } as const;
/** What Bun itself answers, without a body, to what is no HTTP/1. */
const VERSION_NOT_SUPPORTED = 505;

/** In words; none when all is well. */
export function faultsOf({ requests, bytes, ending }: FuzzCase, { answers, ...played }: Played): string[] {
  if (ending === "reset") return [];
  const faults = played.rest === "" ? [] : [`${quoted(Buffer.from(played.rest, "latin1"))} is no answer`];
  let end = 0;
  for (const [n, answer] of answers.entries()) {
    const request = requests[n];
    const isHalf = request !== undefined && end + request.wholeAt > bytes.length;
    end += request?.bytes.length ?? 0;
    const isKnown = request !== undefined && request.outcome.kind !== "unclear" && end <= bytes.length;
    const found = isKnown ? answerFaults(request, answer) : looseFaults(answer, isHalf ? request : undefined);
    faults.push(...found.map((fault) => `answer ${n}: ${fault}`));
  }
  // Behind the last request there may be something that is answered as well, or the last one may be read as two.
  if (answers.length > requests.length && end === bytes.length && requests.at(-1)?.outcome.kind !== "unclear") {
    faults.push(`${answers.length} answers to ${requests.length} requests`);
  }
  // Who ends his side before he has heard may not hear: Bun closes a connection whose other side has ended.
  const next = ending === "wait" ? requests[answers.length] : undefined;
  const mustAnswer = next !== undefined && end + next.bytes.length <= bytes.length && next.outcome.kind !== "unclear";
  if (mustAnswer && !answers.some(({ closes }) => closes) && !requests.some(endsEarly)) {
    faults.push(`request ${answers.length} has no answer, the connection is ${played.isClosed ? "closed" : "open"}`);
  }
  return faults;
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
      const wanted = answerEncoding === "json" ? "{}" : "";
      const isRight = status === 200 && contentType === CONTENT_TYPES[answerEncoding];
      return isRight && Buffer.from(body).toString("latin1") === wanted ? [] : [`${saw}, wanted 200`];
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
