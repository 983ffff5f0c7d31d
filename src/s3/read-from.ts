import { backoffDelayMs } from "../lib/backoff.ts";
import { networkFailure } from "../lib/failure.ts";
import { sleep } from "../lib/sleep.ts";
import { type Bucket, NotReady } from "./bucket.ts";
import type { RefusalName } from "./refusal.ts";
import { judgeFailure, judgeRefusal, type Refused } from "./judge-answer.ts";
import { readAnswer } from "./store-answer.ts";
import { readObject } from "./store-request.ts";

/** A store that is busy or away is asked so many times, within a minute or so. */
const ATTEMPTS_MAX = 6;
const DELAYS = { initialMs: 500, maxMs: 20_000 };
/** What may pass by itself. */
const PASSING: ReadonlySet<RefusalName> = new Set([
  "busy",
  "conflict",
  "failing",
  "tunnel",
  "unanswered",
  "unreachable",
]);
/** The words of the table are about writing. */
const NO_RIGHT =
  "no right to read there; grant these credentials s3:ListBucket on the bucket and s3:GetObject on its keys";

/** What is read: an object, or with the empty key the bucket itself. */
export interface Wanted {
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  /** About how many bytes will come: it sets how long that may take. */
  readonly bytes: number;
}

/**
 * A GET whose answer is 200; its body is the caller's. Goes where the bucket is, and tries again what may pass. Throws an
 * Error that says why it is refused and what to do; rejects with the reason of `abort`.
 */
export async function readFrom(bucket: Bucket, { key, query, bytes }: Wanted, abort: AbortSignal): Promise<Response> {
  for (let failures = 1; ; failures++) {
    const outcome = await attempt(bucket, { key, bytes, ...(query === undefined ? {} : { query }) }, abort);
    if (outcome instanceof Response) return outcome;
    const { refused, isWorthMore } = outcome;
    if (!isWorthMore || failures >= ATTEMPTS_MAX) throw new Error(textOf(refused));
    await sleep(backoffDelayMs(failures, DELAYS, refused.afterMs), abort);
    abort.throwIfAborted();
  }
}

interface Failed {
  readonly refused: Refused;
  readonly isWorthMore: boolean;
}

async function attempt(bucket: Bucket, { key, query, bytes }: Wanted, abort: AbortSignal): Promise<Response | Failed> {
  try {
    const request = await bucket.request("GET", key, abort, query === undefined ? {} : { query });
    const response = await readObject("GET", request, bytes, abort);
    if (response.status === 200) return response;
    const answer = await readAnswer(response);
    const refused = judgeRefusal(answer);
    return { refused, isWorthMore: bucket.learn(answer, refused) !== undefined || PASSING.has(refused.refusal.name) };
  } catch (error) {
    abort.throwIfAborted();
    if (error instanceof NotReady) return { refused: error.refused, isWorthMore: false };
    return { refused: judgeFailure(networkFailure(error)), isWorthMore: true };
  }
}

function textOf({ reason, refusal }: Refused): string {
  if (refusal.name === "rights") return NO_RIGHT;
  const [remedy] = refusal.remedy;
  return `${reason}; ${remedy}`;
}
