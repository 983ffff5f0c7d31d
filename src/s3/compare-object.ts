import { networkFailure } from "../lib/failure.ts";
import { areSame, holdTheSame, type PackedBytes } from "../lib/same-bytes.ts";
import { digestOf } from "./digest.ts";
import { judgeFailure, judgeRefusal, type Refused } from "./judge-answer.ts";
import { errorCode, isOfStore, isPage, readAnswer, type StoreAnswer } from "./store-answer.ts";
import { type Body, readObject, type StoreRequest } from "./store-request.ts";

/**
 * Whether the object that has our name has our bytes. `unreadable`: the rights do not reach so far. `gone`: it is there
 * no longer. A refusal: it could not be found out this time.
 */
export type Comparison = "same" | "other" | "unreadable" | "gone" | Refused;

/** The answers of a store that does not let us read: it refuses us, the request or the method. */
const UNREADABLE_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 405, 501]);

/** What was sent; with `plain`, which is what it holds, if it was compressed. */
export interface ComparedBody extends Body {
  readonly plain?: PackedBytes;
}

/**
 * Asks for the object, by its length and MD5 first, then for its bytes. A compressed object is ours also when only what
 * it holds is the same: another version of the compressor may have made it, or the same one on another processor.
 * `request` makes the request for a method. Rejects with the reason of `abort`, or with what `request` throws.
 */
export async function compareObject(
  request: (method: "HEAD" | "GET") => Promise<StoreRequest>,
  body: ComparedBody,
  abort: AbortSignal,
): Promise<Comparison> {
  const [head, get] = [await request("HEAD"), await request("GET")];
  try {
    const answer = await readAnswer(await readObject("HEAD", head, 0, abort));
    const told = await byHead(answer, body);
    if (told !== undefined) return told;
    const response = await readObject("GET", get, body.bytes, abort);
    if (response.status !== 200 || !isOfStore(headOf(response))) return byError(await readAnswer(response));
    const chunks = response.body ?? new Blob([]).stream();
    const isSame = body.plain === undefined ? areSame(chunks, body) : holdTheSame(chunks, body.plain);
    return (await isSame) ? "same" : "other";
  } catch (error) {
    abort.throwIfAborted();
    return judgeFailure(networkFailure(error));
  }
}

/**
 * Undefined where only a GET can tell: the bytes are compressed otherwise, or the store encrypts, so that the ETag is no
 * MD5 of the bytes, or it refuses a HEAD, whose answer has no body that says why.
 */
async function byHead(answer: StoreAnswer, body: ComparedBody): Promise<Comparison | undefined> {
  const { status, headers } = answer;
  if (UNREADABLE_STATUSES.has(status)) return undefined;
  if (status !== 200 || !isOfStore(answer)) return byError(answer);
  const bytes = headers.get("content-length");
  const hasOtherLength = bytes !== null && Number(bytes) !== body.bytes;
  if (hasOtherLength) return body.plain === undefined ? "other" : undefined;
  const md5 = (await digestOf("md5", body)).toString("hex");
  return headers.get("etag")?.replaceAll('"', "") === md5 ? "same" : undefined;
}

/** Credentials that have just become useless, and a page of a portal, say nothing of the rights. */
function byError(answer: StoreAnswer): Comparison {
  if (answer.status === 404) return "gone";
  const refused = judgeRefusal(answer);
  if (!UNREADABLE_STATUSES.has(answer.status) || isPage(answer)) return refused;
  // A signature for a PUT is none for a GET.
  const isExpired = refused.refusal.name === "credentials" && errorCode(answer) !== "SignatureDoesNotMatch";
  return isExpired && errorCode(answer) !== undefined ? refused : "unreadable";
}

/** The answer before its body is read. Its type says whether it is a page. */
function headOf({ status, headers }: Response): StoreAnswer {
  const isHtml = /html/i.test(headers.get("content-type") ?? "");
  return { status, headers, text: isHtml ? "<html>" : "" };
}
