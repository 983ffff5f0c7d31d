import type { ByteBudget } from "../lib/byte-budget.ts";

/** Smaller buffers may be shared (Buffer.poolSize is 8 KiB), and are no burden. */
const GIVE_BACK_MIN_BYTES = 16 * 1024;

/**
 * A body in memory, or why it is not. `free`, to be called once, gives back what was taken from the budget, and the
 * bytes with it: nothing may refer to them afterwards.
 */
export type Body =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly free: () => void }
  | { readonly kind: "too-large"; readonly bytes: number }
  | { readonly kind: "over-budget" }
  | { readonly kind: "broken" };

/**
 * Reads the body of a request, at most `maxBytes` (exactly that many pass). Its bytes are reserved in `budget` before
 * they are read when Content-Length tells their number, else chunk by chunk; over the budget nothing more is read, so
 * senders that stall cost no memory beyond it.
 */
export async function readBody(request: Request, maxBytes: number, budget: ByteBudget): Promise<Body> {
  const length = request.headers.get("content-length");
  if (length === null) return readChunked(request, maxBytes, budget);
  // Bun hands on a Content-Length that was sent twice as "7, 7" (RFC 9110 §8.6 allows to refuse it).
  return /^\d+$/.test(length) ? readSized(request, Number(length), maxBytes, budget) : { kind: "broken" };
}

async function readSized(request: Request, length: number, maxBytes: number, budget: ByteBudget): Promise<Body> {
  if (length > maxBytes) return { kind: "too-large", bytes: length };
  if (!budget.tryTake(length)) return { kind: "over-budget" };
  try {
    return whole(await request.bytes(), budget, length);
  } catch {
    budget.free(length);
    return { kind: "broken" };
  }
}

async function readChunked(request: Request, maxBytes: number, budget: ByteBudget): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let taken = 0;
  const giveUp = (body: Body): Body => {
    budget.free(taken);
    return body;
  };
  try {
    for await (const chunk of request.body ?? []) {
      if (taken + chunk.length > maxBytes) return giveUp({ kind: "too-large", bytes: taken + chunk.length });
      if (!budget.tryTake(chunk.length)) return giveUp({ kind: "over-budget" });
      taken += chunk.length;
      chunks.push(chunk);
    }
  } catch {
    return giveUp({ kind: "broken" });
  }
  const [only, ...rest] = chunks;
  if (only !== undefined && rest.length === 0) return whole(only, budget, taken);
  const bytes = Buffer.concat(chunks);
  for (const chunk of chunks) giveBack(chunk);
  return whole(bytes, budget, taken);
}

function whole(bytes: Uint8Array, budget: ByteBudget, taken: number): Body {
  const free = (): void => {
    budget.free(taken);
    giveBack(bytes);
  };
  return { kind: "bytes", bytes, free };
}

/**
 * Gives the memory of a body back at once; `bytes` is empty afterwards. The garbage collector would do so some hundred
 * bodies later: that took 40 MB more and a third more time, for new memory is cold.
 */
export function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= GIVE_BACK_MIN_BYTES) buffer.transfer(0);
}
