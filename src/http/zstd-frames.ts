/**
 * Whether a zstd body is whole: frames and nothing else (RFC 8878 §3.1). The decompressor of Bun 1.4.5 takes a body that
 * was cut off, or that has bytes behind its frames, without a word; half a request must not be stored as a whole one.
 */
const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;
const CHECKSUM_BYTES = 4;
/** Sizes of the dictionary id and of the content size, by the flags of the frame header descriptor. */
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

export function isWholeZstd(body: Uint8Array): boolean {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  let at: number | undefined = 0;
  while (at !== undefined && at < body.length) at = frameEnd(view, at);
  return at === body.length;
}

/** Where the frame that begins at `start` ends; undefined when that is not inside the body. */
function frameEnd(view: DataView, start: number): number | undefined {
  if (start + 5 > view.byteLength) return undefined;
  const magic = view.getUint32(start, true);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
    return start + 8 <= view.byteLength ? within(view, start + 8 + view.getUint32(start + 4, true)) : undefined;
  }
  if (magic !== MAGIC) return undefined;
  const descriptor = view.getUint8(start + 4);
  const blocksEnd = lastBlockEnd(view, start + 5 + headerRestBytes(descriptor));
  if (blocksEnd === undefined) return undefined;
  const hasChecksum = (descriptor & 0x04) !== 0;
  return within(view, blocksEnd + (hasChecksum ? CHECKSUM_BYTES : 0));
}

/** Bytes of the frame header behind its descriptor (RFC 8878 §3.1.1.1). */
function headerRestBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSize = sizeFlag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
  return (isSingleSegment ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 0x03] ?? 0) + contentSize;
}

/** Each block has a header of 3 bytes: last block, type, size (RFC 8878 §3.1.1.2). */
function lastBlockEnd(view: DataView, start: number): number | undefined {
  for (let at = start; at + 3 <= view.byteLength;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >> 1) & 0x03;
    if (type === BLOCK_RESERVED) return undefined;
    at += 3 + (type === BLOCK_RLE ? 1 : header >> 3);
    if ((header & 1) === 1) return within(view, at);
  }
  return undefined;
}

function within(view: DataView, at: number): number | undefined {
  return at <= view.byteLength ? at : undefined;
}
