import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { CutReason } from "../../src/http/arrival.ts";
import type { Decoded, Form } from "../../src/http/decode-body.ts";
import { type Answer, DecodeThread, type Job, type ThreadEvents } from "../../src/http/decode-thread.ts";
import { WAIT_MAX_MS, WAITING_MAX, WorkerQueue } from "../../src/http/worker-queue.ts";
import type { Sender } from "../../src/pipeline.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { TestClock } from "../support/test-clock.ts";

const MIB = 1024 * 1024;
const FORM: Form = {
  signal: "logs",
  encoding: "json",
  contentEncoding: "identity",
  charset: "utf-8",
  maxRequestBytes: 16 * MIB,
  lineMaxBytes: 16 * MIB,
  nestingMax: 100,
};

let log: string[] = [];
beforeEach(() => (log = captureLog()));
afterEach(releaseLog);

interface Offer {
  readonly isSlow?: boolean;
  readonly sender?: Sender;
  readonly gone?: AbortSignal;
}

/** A queue whose Worker answers when it is told to; bodies are known by their length. */
class Queue {
  readonly clock = new TestClock();
  /** Lengths of the bodies that the Worker was given, with `slow` for those of the slow half. */
  readonly given: string[] = [];
  readonly results: string[] = [];
  readonly cuts = new Map<number, (reason: CutReason) => void>();
  readonly subject: WorkerQueue;
  #job: Job | undefined;
  #events: ThreadEvents | undefined;

  constructor() {
    const thread = new DecodeThread({
      clock: this.clock,
      start: (events) => {
        this.#events = events;
        return { post: (job) => this.#take(job), end: () => {} };
      },
    });
    this.subject = new WorkerQueue({ clock: this.clock, thread });
  }

  offer(length: number, { isSlow = false, sender = "other", gone = new AbortController().signal }: Offer = {}): void {
    const body = {
      bytes: new Uint8Array(length),
      wait: (onCut: (reason: CutReason) => void) => void this.cuts.set(length, onCut),
      start: () => {},
      free: () => {},
    };
    const tell = (decoded: Decoded): void => {
      this.results.push(`${length} ${decoded.kind === "refused" ? decoded.refusal.reason : decoded.kind}`);
    };
    this.subject
      .decode(body, FORM, isSlow, { sender, gone })
      .then(tell, (error: unknown) => this.results.push(`${length} ${String(error)}`))
      .catch(() => {});
  }

  /** The Worker answers, and what follows from that follows. */
  async answer(
    answer: Answer = { kind: "decoded", request: { line: undefined, items: 0, enumMax: 0, notes: {} } },
  ): Promise<void> {
    this.#events?.message(answer);
    await settled();
  }

  /** It leaves the body. */
  async leave(): Promise<void> {
    await this.answer({ kind: "left", isSlow: true, body: this.#job?.body ?? new Uint8Array(0) });
  }

  async crash(reason: string): Promise<void> {
    this.#events?.failed(reason);
    await settled();
  }

  #take(job: Job): void {
    this.#job = job;
    this.given.push(`${job.body.length}${job.isSlow ? " slow" : ""}`);
  }
}

/** Promises that follow from one another. */
async function settled(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve();
}

describe("WorkerQueue", () => {
  test("gives the Worker one body at a time: what looks quick first, what is slow last, our own before all", async () => {
    const queue = new Queue();
    queue.offer(1);
    queue.offer(100);
    queue.offer(3, { isSlow: true });
    queue.offer(20);
    queue.offer(500, { sender: "own" });
    expect([queue.given, queue.subject.waiting]).toEqual([["1"], 4]);
    for (let n = 0; n < 5; n++) await queue.answer();
    expect(queue.given).toEqual(["1", "500", "20", "100", "3 slow"]);
    expect(queue.results).toHaveLength(5);
    expect(queue.subject.decoded).toBe(5);
  });

  test("lets a body that turns out to be slow wait for those that are not", async () => {
    const queue = new Queue();
    queue.offer(1);
    queue.offer(2);
    queue.offer(3);
    await queue.leave();
    await queue.answer();
    await queue.leave();
    await queue.answer();
    await queue.answer();
    expect(queue.given).toEqual(["1", "2", "3", "1 slow", "3 slow"]);
    expect(queue.results).toEqual(["2 decoded", "1 decoded", "3 decoded"]);
  });

  test("refuses the costliest when too many wait, the newest or not", async () => {
    const queue = new Queue();
    queue.offer(1);
    for (let n = 0; n < WAITING_MAX; n++) queue.offer(1000 + n);
    queue.offer(5);
    queue.offer(5000);
    await settled();
    expect(queue.results).toEqual([`${1000 + WAITING_MAX - 1} worker-busy`, "5000 worker-busy"]);
    expect(queue.subject.waiting).toBe(WAITING_MAX);
  });

  test("refuses what has waited too long, and what has lost its room", async () => {
    const queue = new Queue();
    queue.offer(1);
    queue.offer(2);
    queue.offer(3);
    queue.cuts.get(3)?.("in-flight-full");
    queue.clock.pass(WAIT_MAX_MS);
    await settled();
    expect(queue.results).toEqual(["3 in-flight-full", "2 worker-busy"]);
    await queue.answer();
    expect(queue.given).toEqual(["1"]);
  });

  test("forgets what nobody waits for any more", async () => {
    const queue = new Queue();
    const gone = new AbortController();
    queue.offer(1);
    queue.offer(2, { gone: gone.signal });
    gone.abort();
    queue.offer(3, { gone: gone.signal });
    await settled();
    expect(queue.results).toEqual(["2 broken-off", "3 broken-off"]);
    expect(queue.subject.waiting).toBe(0);
  });

  test("refuses the body with which the Worker failed, tells the log once, and goes on", async () => {
    const queue = new Queue();
    queue.offer(1);
    queue.offer(2);
    queue.offer(3);
    await queue.crash("boom");
    await queue.crash("boom");
    await queue.answer();
    expect(queue.results).toEqual(["1 worker-failed", "2 worker-failed", "3 decoded"]);
    expect(queue.subject.failures).toBe(2);
    expect(log).toEqual([expect.stringContaining("boom")]);
  });

  test("rejects for a defect of ours", async () => {
    const queue = new Queue();
    queue.offer(1);
    await queue.answer({ kind: "defect", error: "TypeError: no" });
    expect(queue.results).toEqual(["1 Error: TypeError: no"]);
  });

  test("close() refuses what waits and what is at work, and what comes after", async () => {
    const queue = new Queue();
    queue.offer(1);
    queue.offer(2);
    queue.subject.close();
    queue.offer(3);
    await settled();
    expect(queue.results.toSorted()).toEqual(["1 stopping", "2 stopping", "3 stopping"]);
    expect([queue.subject.isRunning, queue.clock.timers, queue.subject.failures]).toEqual([false, 0, 0]);
  });
});
