/** Plays a case against a port, as bytes over a socket of its own. */
import { connect, type Socket } from "node:net";
import { type Answer, takeAnswer } from "./answer.ts";
import type { FuzzCase } from "./fuzz-case.ts";

/** What the sender saw. */
export interface Played {
  readonly answers: readonly Answer[];
  /** Bytes that are no whole answer. */
  readonly rest: string;
  /** The agent closed the connection. */
  readonly isClosed: boolean;
  /** From the last byte sent to the last byte that was waited for. */
  readonly waitedMs: number;
}

/** How long an answer is waited for, far above what is allowed: late and never are different faults. */
const WAIT_MAX_MS = 10_000;
/** Between pieces that are to be seen one by one; where they are many, a turn of the event loop has to do. */
const PACE_MS = 1;
const PACED_PIECES_MAX = 10;

export async function play(port: number, fuzzCase: FuzzCase): Promise<Played> {
  const conversation = await Conversation.open(port, fuzzCase);
  try {
    return await conversation.run();
  } finally {
    conversation.close();
  }
}

class Conversation {
  readonly #socket: Socket;
  readonly #case: FuzzCase;
  readonly #answers: Answer[] = [];
  #received: Buffer = Buffer.alloc(0);
  #isClosed = false;
  #wake: () => void = () => {};
  readonly #end = Promise.withResolvers<void>();

  private constructor(socket: Socket, fuzzCase: FuzzCase) {
    this.#socket = socket;
    this.#case = fuzzCase;
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#takeAnswers();
      this.#wake();
    });
    const closed = (): void => {
      this.#isClosed = true;
      this.#end.resolve();
      this.#wake();
    };
    for (const event of ["end", "close", "error"] as const) socket.on(event, closed);
  }

  static open(port: number, fuzzCase: FuzzCase): Promise<Conversation> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Conversation(socket, fuzzCase)));
    });
  }

  async run(): Promise<Played> {
    const { bytes, pieceEnds, isPaced, ending } = this.#case;
    const paceMs = pieceEnds.length > PACED_PIECES_MAX ? 0 : PACE_MS;
    let sent = 0;
    for (const end of pieceEnds) {
      if (this.#isClosed) break;
      if (sent > 0 && isPaced) await Bun.sleep(paceMs);
      await this.#write(bytes.subarray(sent, end));
      sent = end;
    }
    const sentAtMs = performance.now();
    if (ending === "reset") {
      this.#socket.resetAndDestroy();
    } else {
      if (ending === "half-close") this.#socket.end();
      await this.#whole(sentAtMs + WAIT_MAX_MS);
    }
    return {
      answers: this.#answers,
      rest: this.#received.toString("latin1"),
      isClosed: this.#isClosed,
      waitedMs: performance.now() - sentAtMs,
    };
  }

  /** Without the minute of TIME_WAIT: the ports of one machine are few. */
  close(): void {
    this.#socket.resetAndDestroy();
  }

  /** Waits until all is answered, or closed where it has to be. */
  async #whole(deadlineMs: number): Promise<void> {
    while (!this.#isClosed && !this.#isAnswered()) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return;
      const changed = Promise.withResolvers<void>();
      const timer = setTimeout(changed.resolve, leftMs);
      this.#wake = changed.resolve;
      await changed.promise;
      clearTimeout(timer);
    }
  }

  /** An end of the connection that is due is waited for. */
  #isAnswered(): boolean {
    const { requests, ending } = this.#case;
    if (ending === "half-close" || this.#answers.length < requests.length) return false;
    return !requests.some(({ asksToClose }) => asksToClose) && !this.#answers.some(({ closes }) => closes);
  }

  #takeAnswers(): void {
    for (;;) {
      const request = this.#case.requests[this.#answers.length];
      const taken = takeAnswer(this.#received, request?.isHead ?? false);
      if (taken === undefined) return;
      this.#received = this.#received.subarray(taken.end);
      if (taken.answer.status !== 100) this.#answers.push(taken.answer);
    }
  }

  /** Resolves also when nobody takes the bytes any more. */
  async #write(bytes: Uint8Array): Promise<void> {
    const written = Promise.withResolvers<void>();
    this.#socket.write(bytes, () => written.resolve());
    await Promise.race([written.promise, this.#end.promise]);
  }
}
