import { readStart } from "../lib/http-answer.ts";

/** What came back for one request to a store, as far as it tells something. Reading it changes nothing. */
export interface StoreAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The first 8 KiB of the body. Undefined when the body broke off: then it is not known what it says. */
  readonly text: string | undefined;
}

/** An error answer of a store has some hundred bytes; a page that is longer is none. */
const TEXT_MAX_BYTES = 8 * 1024;

/** Headers by which stores name their requests and objects: S3, GCS, Azure, MinIO, Ceph, B2, Alibaba, Tencent, Huawei. */
const STORE_HEADERS =
  /^x-(amz-(request-id|id-2|version-id)|goog-.+|guploader-uploadid|ms-(request|version)-?id|minio-.+|rgw-.+|bz-.+|(oss|cos|obs)-request-id)$/;

/** Reads the answer and lets go of the rest of its body. Never rejects. */
export async function readAnswer(response: Response): Promise<StoreAnswer> {
  const { status, headers } = response;
  const { text, isBroken } = await readStart(response, TEXT_MAX_BYTES);
  return { status, headers, text: isBroken ? undefined : text };
}

/** Whether it is a page for people: never an answer of a store, whatever its headers say. */
export function isPage({ headers, text = "" }: StoreAnswer): boolean {
  if (text.trim() === "") return false;
  return (
    /^\s*text\/html|xhtml/i.test(headers.get("content-type") ?? "") || /<(!doctype\s+html|html|head|body)\b/i.test(text)
  );
}

/** Whether a store itself has answered, not something before it: by its own headers, or an error in its own form. */
export function isOfStore(answer: StoreAnswer): boolean {
  if (isPage(answer)) return false;
  // Any server gives a page an ETag; one for bytes that were just sent there has a store.
  if (isSuccess(answer) && has(answer, "etag")) return true;
  return errorCode(answer) !== undefined || [...answer.headers.keys()].some((name) => isStoreHeader(answer, name));
}

/** "Stored" in the words of a store: success, a header of its own, and nothing said but, at most, XML that is no error. */
export function saysStored(answer: StoreAnswer): boolean {
  const { text } = answer;
  if (!isSuccess(answer) || text === undefined || !isOfStore(answer)) return false;
  return errorCode(answer) === undefined && (text.trim() === "" || text.trimStart().startsWith("<"));
}

/** The code of an error as S3 writes it, empty where it has none. Undefined when it is no such error. */
export function errorCode(answer: StoreAnswer): string | undefined {
  if (isPage(answer) || !/<(\w+:)?Error[\s>]/.test(answer.text ?? "")) return undefined;
  return elementOf(answer, "Code") ?? "";
}

/** The text of the first element of that name. */
export function elementOf({ text = "" }: StoreAnswer, name: string): string | undefined {
  return new RegExp(`<(?:\\w+:)?${name}>\\s*([^<]*?)\\s*</`).exec(text)?.[1];
}

/** 202 is none: it promises to store later. 203 and 206 come from something in between. */
function isSuccess({ status }: StoreAnswer): boolean {
  return status === 200 || status === 201 || status === 204;
}

function isStoreHeader(answer: StoreAnswer, name: string): boolean {
  return STORE_HEADERS.test(name) && has(answer, name);
}

function has({ headers }: StoreAnswer, name: string): boolean {
  return (headers.get(name) ?? "").trim() !== "";
}
