/**
 * Which lines must stand in the objects, which may, and which do. Lines are kept as their hashes: a long run has
 * hundreds of megabytes of them.
 */
import { STREAMS, type Stream } from "../../src/pipeline.ts";
import { isOfBun } from "./answer.ts";
import type { FuzzCase } from "./fuzz-case.ts";
import { MARK, markOf } from "./corpus.ts";
import type { Played } from "./play.ts";

export class StoredLines {
  /** Lines found so far. */
  count = 0;
  readonly #must = new Map<string, number>();
  readonly #may = new Map<string, number>();
  /** Marks of requests of which nobody can say how they were read. */
  readonly #unclear = new Set<string>();

  /** Notes a line that was answered 200. */
  acknowledged(stream: Stream, line: Uint8Array): void {
    add(this.#must, keyOf(stream, line));
  }

  /** Notes what follows from what a sender saw. */
  expect({ number, requests, bytes, ending }: FuzzCase, { answers }: Played): void {
    let start = 0;
    for (const [n, { outcome, wholeAt, bytes: own }] of requests.entries()) {
      const isWhole = start + wholeAt <= bytes.length;
      start += own.length;
      const answer = answers[n];
      if (outcome.kind === "unclear") {
        const isRefused = answers.length > n && answers.slice(n).every(({ status }) => status !== 200);
        if (!isRefused || ending === "reset") this.#unclear.add(markOf(number, n));
      } else if (outcome.kind === "taken" && outcome.line !== undefined && isWhole) {
        if (answer?.status === 200) this.acknowledged(outcome.stream, outcome.line);
        // No answer of the agent came, perhaps one to what stands behind this request: the sender cannot know.
        if (answer === undefined || isOfBun(answer)) add(this.#may, keyOf(outcome.stream, outcome.line));
      }
    }
  }

  /** Takes the lines of one object. Returns what is wrong with them. */
  found(object: string, bytes: Uint8Array): string[] {
    const stream = STREAMS.find((name) => object.endsWith(`.${name}.log`));
    if (stream === undefined) return [`object ${object} is of no stream`];
    if (bytes.at(-1) !== 0x0a) return [`object ${object} does not end with a line end`];
    const faults: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(0x0a, at);
      this.count++;
      const fault = this.#line(stream, bytes.subarray(at, end));
      if (fault !== undefined) faults.push(`object ${object}: ${fault}`);
      at = end + 1;
    }
    return faults;
  }

  /** After the last object: what was acknowledged and stands nowhere. */
  get missing(): string[] {
    return [...this.#must].map(([key, count]) => `${count} × ${key} was answered 200 and stands nowhere`);
  }

  #line(stream: Stream, line: Uint8Array): string | undefined {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(line);
    try {
      JSON.parse(text);
    } catch {
      return `no JSON: ${text.slice(0, 300)}`;
    }
    const key = keyOf(stream, line);
    if (remove(this.#must, key) || remove(this.#may, key)) return undefined;
    const mark = MARK.exec(text)?.[0];
    if (mark !== undefined && this.#unclear.delete(mark)) return undefined;
    return `was not acknowledged, or stands twice: ${text.slice(0, 300)}`;
  }
}

function keyOf(stream: Stream, line: Uint8Array): string {
  const mark = MARK.exec(Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, 400)).toString("latin1"))?.[0];
  return `${stream} ${mark ?? "unmarked"} ${Bun.hash(line).toString(16)}`;
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function remove(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0;
  if (count > 1) counts.set(key, count - 1);
  else counts.delete(key);
  return count > 0;
}
