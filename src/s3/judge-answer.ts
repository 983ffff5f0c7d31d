import type { Failure } from "../lib/failure.ts";
import { retryAfterMs } from "../lib/http-answer.ts";
import type { Refusal } from "./refusal.ts";
import { refusalNamed, refusalOfCode, refusalOfStatus } from "./refusals.ts";
import { elementOf, errorCode, isOfStore, isPage, saysStored, type StoreAnswer } from "./store-answer.ts";

/** What a request to a store has come to. */
export type Verdict = { readonly kind: "stored" } | ({ readonly kind: "refused" } & Refused);

export interface Refused extends Failure {
  readonly refusal: Refusal;
  /** True when the request has surely stored nothing. */
  readonly isOutcomeKnown: boolean;
  /** The next attempt takes new credentials, or a new URL. */
  readonly isKeyDead: boolean;
  /** How long the other side said to wait. */
  readonly afterMs?: number;
}

/** Answers with a page that mean what their status says, because gateways of stores give them too. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([407, 408, 411, 413, 429, 500, 502, 503, 504, 507]);
/** S3 has one code for many faults of a request, and says in words that the bucket wants a checksum. */
const CHECKSUM_WANTED = /(content-md5|x-amz-checksum-).* is required/i;

/** Reads the answer to a PUT by the table of refusals. Pure. */
export function judgeAnswer(answer: StoreAnswer): Verdict {
  return saysStored(answer) ? { kind: "stored" } : { kind: "refused", ...judgeRefusal(answer) };
}

/** Reads an answer that is not the wanted one. Pure. */
export function judgeRefusal(answer: StoreAnswer): Refused {
  const { status, headers, text } = answer;
  const isStore = isOfStore(answer);
  const refusal = refusalOf(answer, isStore);
  const afterMs = retryAfterMs(headers);
  return {
    refusal,
    reason: reasonOf(answer, refusal),
    ...(text === undefined || text.trim() === "" ? {} : { detail: text }),
    isOutcomeKnown: refusal.isNotStored === true || (isStore && isClear(status) && refusal.isDoubtful !== true),
    isKeyDead: refusal.isKeyDead === true || (refusal.name === "portal" && status >= 400 && status < 500),
    ...(afterMs === undefined ? {} : { afterMs }),
  };
}

/** Reads why no answer came. Pure. */
export function judgeFailure({ reason, detail }: Failure): Refused {
  const isLogin = reason === "ERR_PROXY_TUNNEL" && /: 407\b/.test(detail ?? "");
  const refusal = isLogin ? refusalNamed("proxy") : (refusalOfCode(reason) ?? refusalNamed("unanswered"));
  return {
    refusal,
    reason: withWords(reason, refusal),
    ...(detail === undefined ? {} : { detail }),
    isOutcomeKnown: refusal.isNotStored === true,
    isKeyDead: refusal.isKeyDead === true,
  };
}

function refusalOf(answer: StoreAnswer, isStore: boolean): Refusal {
  const { status } = answer;
  const refusal = refusalOfCode(errorCode(answer) ?? "");
  if (refusal !== undefined) return isChecksumWanted(answer) ? refusalNamed("checksum-wanted") : refusal;
  // Success in another form, a redirect to a login, a page instead of an error.
  if (status < 300) return refusalNamed(isStore && errorCode(answer) !== undefined ? "failing" : "portal");
  if (status < 400 && !isStore) return refusalNamed("portal");
  if (isPage(answer) && !GATEWAY_STATUSES.has(status)) return refusalNamed("portal");
  return refusalOfStatus(status);
}

function isChecksumWanted(answer: StoreAnswer): boolean {
  return CHECKSUM_WANTED.test(elementOf(answer, "Message") ?? "");
}

/** An answer by which the store says that it has not done what it was asked. */
function isClear(status: number): boolean {
  return (status >= 300 && status < 500) || status === 501;
}

function reasonOf(answer: StoreAnswer, refusal: Refusal): string {
  const code = errorCode(answer);
  if (code === undefined || code === "") {
    return withWords(isPage(answer) ? `${answer.status} and an HTML page` : String(answer.status), refusal);
  }
  return withWords(`${answer.status} ${refusalOfCode(code) === undefined ? "with an unknown code" : code}`, refusal);
}

function withWords(what: string, { words }: Refusal): string {
  return words === "" ? what : `${what}: ${words}`;
}
