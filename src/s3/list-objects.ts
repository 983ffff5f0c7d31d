import type { Bucket } from "./bucket.ts";
import { readFrom } from "./read-from.ts";

/** What S3 gives in one answer at most. */
const PAGE_KEYS = 1000;
/** Of an answer: a thousand keys of 1,024 bytes, each byte written as an entity. */
const PAGE_MAX_BYTES = 16 * 1024 * 1024;

export interface Listing {
  readonly prefix: string;
  /** Default: from the first one on. */
  readonly from?: string;
  /** Keys of one answer. Default: 1000, the most that S3 gives. */
  readonly pageKeys?: number;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
}

/**
 * The objects whose keys begin with `prefix`, in the order of their keys, from the key `from` on, itself included
 * (ListObjectsV2). Holds one page of them. Throws an Error that says why it is refused and what to do; rejects with the reason of `abort`.
 */
export async function* listObjects(
  bucket: Bucket,
  { prefix, from = "", pageKeys = PAGE_KEYS }: Listing,
  abort: AbortSignal,
): AsyncGenerator<ListedObject> {
  for (let last = justBefore(from); ;) {
    const query = {
      "list-type": "2",
      "max-keys": String(pageKeys),
      prefix,
      ...(last === "" ? {} : { "start-after": last }),
    };
    const response = await readFrom(bucket, { key: "", query, bytes: PAGE_MAX_BYTES }, abort);
    const text = await response.text();
    const page = [...text.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, inner = ""]) => ({
      key: elementText(inner, "Key"),
      bytes: Number(elementText(inner, "Size")),
    }));
    yield* page.filter(({ key }) => key >= from);
    const end = page.at(-1)?.key;
    if (end === undefined || elementText(text, "IsTruncated") !== "true") return;
    last = end;
  }
}

/** S3 lists what comes after a key, and this one is little before. */
function justBefore(key: string): string {
  return key.slice(0, -1);
}

function elementText(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
  return text.replaceAll(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, entity: string) => characterOf(entity) ?? whole);
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function characterOf(entity: string): string | undefined {
  if (!entity.startsWith("#")) return NAMED[entity];
  const code = /^#x/i.test(entity) ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
