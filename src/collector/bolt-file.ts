/** The format of bbolt, in which the collector keeps its storage: pages of this size, numbers in little-endian. */
const PAGE_BYTES = 4096;
const PAGE_HEADER_BYTES = 16;
const ELEMENT_BYTES = 16;
const BUCKET_BYTES = 16;
const MAGIC = 0xed0cdaed;
const VERSION = 2;
const [IS_LEAF, IS_META, IS_BUCKET] = [0x02, 0x04, 0x01];
/** There is no list of free pages: whoever opens the file finds them itself. */
const NO_FREE_LIST = 0xffff_ffff_ffff_ffffn;
/** Two heads, the one with the higher number counts; then the page of the bucket's name, then its content. */
const [ROOT_PAGE, FIRST_PAGE] = [2, 3];
const CHECKED_BYTES = 56;

/** A bbolt database with one bucket that holds one value, as bytes of a file. */
export function boltFile(bucket: string, key: string, value: Uint8Array): Buffer {
  const header = Buffer.alloc(BUCKET_BYTES);
  header.writeBigUInt64LE(BigInt(FIRST_PAGE), 0);
  const root = leafPage(ROOT_PAGE, IS_BUCKET, Buffer.from(bucket), header);
  const content = leafPage(FIRST_PAGE, 0, Buffer.from(key), value);
  const pages = FIRST_PAGE + content.length / PAGE_BYTES;
  return Buffer.concat([metaPage(0, pages), metaPage(1, pages), root, content]);
}

function leafPage(id: number, flags: number, key: Buffer, value: Uint8Array): Buffer {
  const bytes = PAGE_HEADER_BYTES + ELEMENT_BYTES + key.length + value.length;
  const page = pageOf(id, IS_LEAF, Math.ceil(bytes / PAGE_BYTES));
  page.writeUInt16LE(1, 10);
  page.writeUInt32LE(flags, PAGE_HEADER_BYTES);
  // Where the key is, counted from this element.
  page.writeUInt32LE(ELEMENT_BYTES, PAGE_HEADER_BYTES + 4);
  page.writeUInt32LE(key.length, PAGE_HEADER_BYTES + 8);
  page.writeUInt32LE(value.length, PAGE_HEADER_BYTES + 12);
  page.set(key, PAGE_HEADER_BYTES + ELEMENT_BYTES);
  page.set(value, PAGE_HEADER_BYTES + ELEMENT_BYTES + key.length);
  return page;
}

function metaPage(transaction: number, pages: number): Buffer {
  const page = pageOf(transaction, IS_META, 1);
  const meta = page.subarray(PAGE_HEADER_BYTES);
  meta.writeUInt32LE(MAGIC, 0);
  meta.writeUInt32LE(VERSION, 4);
  meta.writeUInt32LE(PAGE_BYTES, 8);
  meta.writeBigUInt64LE(BigInt(ROOT_PAGE), 16);
  meta.writeBigUInt64LE(NO_FREE_LIST, 32);
  meta.writeBigUInt64LE(BigInt(pages), 40);
  meta.writeBigUInt64LE(BigInt(transaction), 48);
  meta.writeBigUInt64LE(fnv1a(meta.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
  return page;
}

/** Zeros, with the number of the page, its kind, and how many pages follow that belong to it. */
function pageOf(id: number, kind: number, count: number): Buffer {
  const page = Buffer.alloc(count * PAGE_BYTES);
  page.writeBigUInt64LE(BigInt(id), 0);
  page.writeUInt16LE(kind, 8);
  page.writeUInt32LE(count - 1, 12);
  return page;
}

/** FNV-1a of 64 bits. */
function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}
