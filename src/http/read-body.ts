import type { ByteBudget } from "../lib/byte-budget.ts";
import { LargeBodies } from "./large-bodies.ts";

/** Bodies from this size on are read piece by piece into memory that is used again. */
const LARGE_BYTES = 1024 * 1024;
const largeBodies = new LargeBodies();

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
    if (length >= LARGE_BYTES) return await readLarge(request, length, budget);
    return { kind: "bytes", bytes: await request.bytes(), free: () => budget.free(length) };
  } catch {
    budget.free(length);
    return { kind: "broken" };
  }
}

async function readLarge(request: Request, length: number, budget: ByteBudget): Promise<Body> {
  const bytes = largeBodies.take(length);
  let at = 0;
  for await (const chunk of request.body ?? []) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at < length) throw new Error(`Cannot read the body: ${at} bytes came, ${length} were announced`);
  const free = (): void => {
    budget.free(length);
    largeBodies.give(bytes);
  };
  return { kind: "bytes", bytes, free };
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
  const bytes = only !== undefined && rest.length === 0 ? only : Buffer.concat(chunks);
  return { kind: "bytes", bytes, free: () => budget.free(taken) };
}
