import { connect } from "node:net";
import type { Attempt } from "./attempt.ts";
import type { Outcome } from "./ledger.ts";
import type { Random } from "./random.ts";

/** Which part of a request takes its time. */
export type SlowPart = "body of known length" | "chunked body" | "headers" | "answer";
export const SLOW_PARTS: readonly SlowPart[] = ["body of known length", "chunked body", "headers", "answer"];

const DROPS = { least: 8, most: 24 };
const PAUSE_MS = { least: 100, most: 200 };
/** How late the answer is read by those who take their time for it. */
const LATE_MS = { least: 500, most: 3000 };
/** Counted from the last byte sent. */
const ANSWER_TIMEOUT_MS = 20_000;

/**
 * Sends one attempt in drops and resolves to the status, or to why there is none. Never rejects. A socket, because a
 * client sends what it has at once. An answer that comes before the end of the request ends the sending.
 */
export async function trickle(
  port: number,
  attempt: Attempt,
  slow: SlowPart,
  random: Random,
): Promise<number | Outcome> {
  const answer = Promise.withResolvers<number | Outcome>();
  let isAnswered = false;
  const settle = (outcome: number | Outcome): void => {
    isAnswered = true;
    answer.resolve(outcome);
  };
  const socket = connect(port, "127.0.0.1");
  let text = "";
  const read = (chunk: Buffer): void => {
    text += chunk.toString("latin1");
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
    if (status !== undefined) settle(Number(status));
  };
  socket.on("error", (error) => settle("code" in error && error.code === "ECONNREFUSED" ? "unsent" : "unanswered"));
  socket.on("close", () => settle("unanswered"));
  if (slow !== "answer") socket.on("data", read);

  for (const drop of dropsOf(attempt, slow, random)) {
    if (isAnswered) break;
    socket.write(drop);
    await Bun.sleep(random.int(PAUSE_MS.least, PAUSE_MS.most));
  }
  if (slow === "answer") {
    await Bun.sleep(random.int(LATE_MS.least, LATE_MS.most));
    socket.on("data", read);
  }
  const timer = setTimeout(() => settle("unanswered"), ANSWER_TIMEOUT_MS);
  const outcome = await answer.promise;
  clearTimeout(timer);
  socket.destroy();
  return outcome;
}

/** The request in the pieces in which it is sent. The cuts heed nothing: neither lines nor chunks. */
function dropsOf({ path, headers, body }: Attempt, slow: SlowPart, random: Random): readonly Buffer[] {
  const bytes = Buffer.from(body);
  const framing =
    slow === "chunked body" ? { "transfer-encoding": "chunked" } : { "content-length": String(bytes.length) };
  const fields = { host: "127.0.0.1", ...headers, ...framing, connection: "close" };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  switch (slow) {
    case "body of known length":
      return [head, ...cut(bytes, random)];
    case "chunked body":
      return [head, ...cut(chunked(bytes, random), random)];
    case "headers":
      return [...cut(head, random), bytes];
    case "answer":
      return [Buffer.concat([head, bytes])];
  }
}

/** RFC 9112 §7.1. */
function chunked(bytes: Buffer, random: Random): Buffer {
  const chunks = cut(bytes, random).map((piece) =>
    Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]),
  );
  return Buffer.concat([...chunks, Buffer.from("0\r\n\r\n")]);
}

/** Non-empty pieces, cut at random. */
function cut(bytes: Buffer, random: Random): Buffer[] {
  const count = random.int(DROPS.least, DROPS.most);
  const cuts = Array.from({ length: count - 1 }, () => random.int(0, bytes.length)).toSorted((a, b) => a - b);
  const ends = [...cuts, bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)).filter(({ length }) => length > 0);
}
