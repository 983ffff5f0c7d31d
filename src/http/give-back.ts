/** Buffers up to this may be shared (Buffer.poolSize), and are no burden. */
const SHARED_MAX_BYTES = 8 * 1024;

/**
 * Gives the memory of a body back at once; `bytes` is empty afterwards. The garbage collector would do so some hundred
 * bodies later: that took 40 MB more and a third more time, for new memory is cold.
 */
export function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > SHARED_MAX_BYTES) buffer.transfer(0);
}

/** Bytes whose memory can go to another thread, as all can that nobody shares; a copy of others. */
export function transferable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return isTransferable(bytes) ? bytes : bytes.slice();
}

function isTransferable(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer;
}
