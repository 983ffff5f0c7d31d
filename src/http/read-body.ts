import { ArrivedBody, type Body } from "./body.ts";
import { giveBack } from "./give-back.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import { type InFlight, PIECE_MAX_BYTES } from "./in-flight.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { type Refusal, refuse, tooLarge } from "./refusals.ts";

export interface ReadOptions {
  /** Exactly so many bytes pass. */
  readonly maxBytes: number;
  readonly inFlight: InFlight;
  readonly turns: LoopTurns;
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
  return length <= PIECE_MAX_BYTES ? readPiece(request, length, options) : readChunks(request, length, options);
}

function readPiece(request: Request, length: number, { inFlight, isOwn }: ReadOptions): Promise<Body | Refusal> {
  return new Promise((resolve) => {
    let isPending = false;
    const arrival = inFlight.begin(isOwn, length, (reason) => resolve({ ...refuse(reason), isPending }));
    if (!inFlight.isArriving(arrival)) return;
    isPending = true;
    const onBytes = (bytes: Uint8Array): void => {
      if (!inFlight.isArriving(arrival)) return giveBack(bytes);
      inFlight.end(arrival);
      resolve(new ArrivedBody(bytes, arrival, inFlight));
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
  { inFlight, turns, isOwn, maxBytes }: ReadOptions,
): Promise<Body | Refusal> {
  const reader = request.body?.getReader();
  let refusal: Refusal | undefined;
  const giveUp = (reason: Refusal): void => {
    refusal ??= reason;
    reader?.cancel().catch(() => {});
  };
  const arrival = inFlight.begin(isOwn, length, (reason) => giveUp(refuse(reason)));
  const body = new GrowingBytes({ length, maxBytes });
  const add = (chunk: Uint8Array<ArrayBuffer>): void => {
    const bytes = body.length + chunk.length;
    if (bytes > maxBytes) giveUp(tooLong(bytes, { maxBytes }));
    else if (inFlight.take(arrival, chunk.length)) return body.add(chunk);
    giveBack(chunk);
  };
  try {
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      const chunk = next.value;
      // Bun reads a connection five megabytes at a time, unless nobody reads on.
      const added = turns.run(isOwn ? 0 : (length ?? body.length), () => add(chunk));
      if (added instanceof Promise) await added;
    }
  } catch {
    refusal ??= refuse("broken-off");
  }
  if (refusal === undefined) {
    inFlight.end(arrival);
    return new ArrivedBody(body.bytes, arrival, inFlight);
  }
  inFlight.free(arrival);
  body.giveBack();
  return refusal;
}

function tooLong(bytes: number, { maxBytes }: Pick<ReadOptions, "maxBytes">): Refusal {
  return tooLarge(`it has at least ${bytes} bytes`, maxBytes);
}
