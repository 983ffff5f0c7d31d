import { giveBack } from "./give-back.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import type { InFlight } from "./in-flight.ts";
import { type Refusal, refuse, tooLarge } from "./refusals.ts";

/** A body up to this length is read in one piece, in half the time of chunks: nearly always all of it is there already. */
const ONE_PIECE_MAX_BYTES = 1024 * 1024;

/**
 * A body in memory. `free` gives back what was taken of the bytes in flight, and the bytes with it: nothing may refer to
 * them afterwards. Safe to call twice.
 */
export interface Body {
  readonly bytes: Uint8Array;
  readonly free: () => void;
}

export interface ReadOptions {
  /** Exactly so many bytes pass. */
  readonly maxBytes: number;
  readonly inFlight: InFlight;
  /** Whether one of the agent's own senders sends it. */
  readonly isOwn: boolean;
}

/** Reads the body of a request, or says why it is not taken; Bun throws away what still comes of it. Never rejects. */
export function readBody(request: Request, options: ReadOptions): Promise<Body | Refusal> {
  const header = request.headers.get("content-length");
  if (header === null) return readChunks(request, undefined, options);
  // Bun hands on a Content-Length that was sent twice as "7, 7" (RFC 9110 §8.6 allows to refuse it).
  if (!/^\d+$/.test(header)) return Promise.resolve(refuse("broken-off"));
  const length = Number(header);
  if (length > options.maxBytes) return Promise.resolve(tooLong(length, options));
  return length <= ONE_PIECE_MAX_BYTES ? readWhole(request, length, options) : readChunks(request, length, options);
}

function readWhole(request: Request, length: number, { inFlight, isOwn }: ReadOptions): Promise<Body | Refusal> {
  return new Promise((resolve) => {
    const arrival = inFlight.begin(isOwn, length, (reason) => resolve(refuse(reason)));
    if (!inFlight.isArriving(arrival)) return;
    const onBytes = (bytes: Uint8Array): void => {
      if (!inFlight.isArriving(arrival)) return giveBack(bytes);
      inFlight.end(arrival);
      resolve(bodyOf(bytes, () => inFlight.free(arrival)));
    };
    const onBroken = (): void => {
      inFlight.free(arrival);
      resolve(refuse("broken-off"));
    };
    request.bytes().then(onBytes, onBroken);
  });
}

async function readChunks(
  request: Request,
  length: number | undefined,
  { inFlight, isOwn, maxBytes }: ReadOptions,
): Promise<Body | Refusal> {
  const reader = request.body?.getReader();
  let refusal: Refusal | undefined;
  const giveUp = (reason: Refusal): void => {
    refusal ??= reason;
    reader?.cancel().catch(() => {});
  };
  const arrival = inFlight.begin(isOwn, undefined, (reason) => giveUp(refuse(reason)));
  const body = new GrowingBytes(length ?? maxBytes);
  try {
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      const bytes = body.length + next.value.length;
      if (bytes > maxBytes) giveUp(tooLong(bytes, { maxBytes }));
      else if (inFlight.take(arrival, next.value.length)) body.add(next.value);
    }
  } catch {
    refusal ??= refuse("broken-off");
  }
  if (refusal === undefined) {
    inFlight.end(arrival);
    return bodyOf(body.bytes, () => inFlight.free(arrival));
  }
  inFlight.free(arrival);
  body.giveBack();
  return refusal;
}

function bodyOf(bytes: Uint8Array, free: () => void): Body {
  return {
    bytes,
    free: () => {
      free();
      giveBack(bytes);
    },
  };
}

function tooLong(bytes: number, { maxBytes }: Pick<ReadOptions, "maxBytes">): Refusal {
  return tooLarge(`it has at least ${bytes} bytes`, maxBytes);
}
