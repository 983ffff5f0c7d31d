import { inflated, type Packing } from "./inflated.ts";

/** Bytes in several slices, one behind the other. */
export interface SlicedBytes {
  readonly bytes: number;
  readonly slices: readonly Uint8Array[];
}

/** Bytes that are kept in compressed form elsewhere. */
export interface PackedBytes extends SlicedBytes {
  readonly compression: Packing;
}

/**
 * Whether `chunks` are exactly these bytes. Reads no more than it needs, and holds no more than a chunk. Throws what the
 * reading throws.
 */
export async function areSame(chunks: AsyncIterable<Uint8Array>, { slices, bytes }: SlicedBytes): Promise<boolean> {
  let [at, slice, offset] = [0, 0, 0];
  for await (const chunk of chunks) {
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

/**
 * Whether `chunks` hold exactly these bytes in compressed form. Two compressors write the same in different ways, so what
 * they hold is compared. Anything that is not compressed so holds other bytes. Throws what the reading throws.
 */
export async function holdTheSame(chunks: AsyncIterable<Uint8Array>, bytes: PackedBytes): Promise<boolean> {
  let failure: { readonly error: unknown } | undefined;
  const iterator = chunks[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    try {
      return await iterator.next();
    } catch (error) {
      failure = { error };
      throw error;
    }
  };
  /** Not `yield*`: whoever inflates throws its own error into what it reads. */
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      for (let read = await next(); read.done !== true; read = await next()) yield read.value;
    } finally {
      await iterator.return?.();
    }
  }
  try {
    return await areSame(inflated(watched(), bytes.compression), bytes);
  } catch {
    if (failure !== undefined) throw failure.error;
    return false;
  }
}
