import { digestOf } from "./digest.ts";
import { networkFailure } from "../lib/failure.ts";
import { judgeFailure, judgeRefusal, type Refused } from "./judge-answer.ts";
import { isOfStore, readAnswer, type StoreAnswer } from "./store-answer.ts";
import { type Body, readObject, type StoreRequest } from "./store-request.ts";

/**
 * Whether the object that has our name has our bytes. `unreadable`: the rights do not reach so far. `gone`: it is there
 * no longer. A refusal: it could not be found out this time.
 */
export type Comparison = "same" | "other" | "unreadable" | "gone" | Refused;

/** The answers of a store that does not let us read: it refuses us, the request or the method. */
const UNREADABLE_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 405, 501]);

/**
 * Asks for the object, by its length and MD5 first, then for its bytes. `request` makes the request for a method. Rejects
 * with the reason of `abort`, or with what `request` throws.
 */
export async function compareObject(
  request: (method: "HEAD" | "GET") => Promise<StoreRequest>,
  body: Body,
  abort: AbortSignal,
): Promise<Comparison> {
  const [head, get] = [await request("HEAD"), await request("GET")];
  try {
    const answer = await readAnswer(await readObject("HEAD", head, 0, abort));
    const told = unlessFound(answer) ?? (await byHead(answer, body));
    if (told !== undefined) return told;
    // Where the store encrypts, the ETag is no MD5 of the bytes, so only the bytes themselves can tell.
    const response = await readObject("GET", get, body.bytes, abort);
    if (response.status !== 200 || !isOfStore(headOf(response))) {
      const refusal = await readAnswer(response);
      return unlessFound(refusal) ?? judgeRefusal(refusal);
    }
    return (await holds(response, body)) ? "same" : "other";
  } catch (error) {
    abort.throwIfAborted();
    return judgeFailure(networkFailure(error));
  }
}

/** Undefined where the store has answered with the object, or its headers. */
function unlessFound(answer: StoreAnswer): Comparison | undefined {
  if (UNREADABLE_STATUSES.has(answer.status)) return "unreadable";
  if (answer.status === 404) return "gone";
  return answer.status === 200 && isOfStore(answer) ? undefined : judgeRefusal(answer);
}

async function byHead({ headers }: StoreAnswer, body: Body): Promise<Comparison | undefined> {
  const bytes = headers.get("content-length");
  if (bytes !== null && Number(bytes) !== body.bytes) return "other";
  return headers.get("etag")?.replaceAll('"', "") === (await digestOf("md5", body)).toString("hex")
    ? "same"
    : undefined;
}

/** The answer before its body is read. Its type says whether it is a page. */
function headOf({ status, headers }: Response): StoreAnswer {
  const isHtml = /html/i.test(headers.get("content-type") ?? "");
  return { status, headers, text: isHtml ? "<html>" : "" };
}

/** Whether these are exactly the bytes of `body`. Reads no more than it needs, and holds no more than a piece. */
async function holds(response: Response, { slices, bytes }: Body): Promise<boolean> {
  let [at, slice, offset] = [0, 0, 0];
  for await (const chunk of response.body ?? []) {
    for (let done = 0; done < chunk.length;) {
      const ours = slices[slice]?.subarray(offset, offset + chunk.length - done);
      if (ours === undefined || ours.length === 0) {
        if (ours === undefined) return false;
        [slice, offset] = [slice + 1, 0];
        continue;
      }
      if (!Buffer.from(chunk.buffer, chunk.byteOffset + done, ours.length).equals(ours)) return false;
      [done, offset, at] = [done + ours.length, offset + ours.length, at + ours.length];
    }
  }
  return at === bytes;
}
