import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import type { Form } from "../../src/http/decode-body.ts";
import { type Answer, DecodeThread, type Job, type ThreadEvents } from "../../src/http/decode-thread.ts";
import { TestClock } from "../support/test-clock.ts";
import { logsJson } from "./fixture.ts";

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

function job(body: string | Uint8Array, change: Partial<Form> = {}, more: Partial<Job> = {}): Job {
  const bytes = new Uint8Array(typeof body === "string" ? Buffer.from(body) : body);
  return { body: bytes, form: { ...FORM, ...change }, isSlow: false, inflatedMaxBytes: 16 * MIB, ...more };
}

function lineOf(answer: Answer): string {
  if (answer.kind !== "decoded") throw new Error(`Cannot go on without a line: ${JSON.stringify(answer)}`);
  return Buffer.from(answer.request.line ?? []).toString();
}

/** A thread that does what it is told, and what it was asked. */
class FakeThreads {
  readonly clock = new TestClock();
  readonly posted: Job[] = [];
  readonly events: ThreadEvents[] = [];
  ended = 0;
  error: Error | undefined;
  readonly subject = new DecodeThread({
    clock: this.clock,
    start: (events) => {
      if (this.error !== undefined) throw this.error;
      this.events.push(events);
      return { post: (sent) => void this.posted.push(sent), end: () => void this.ended++ };
    },
  });

  answer(answer: Answer = { kind: "refused", refusal: { reason: "bad-data", detail: "" } }): void {
    this.events.at(-1)?.message(answer);
  }
}

describe("DecodeThread", () => {
  test("starts a Worker for the first body and ends it when none has come for five seconds", async () => {
    const threads = new FakeThreads();
    expect(threads.subject.isRunning).toBe(false);
    for (let n = 0; n < 3; n++) {
      const answer = threads.subject.run(job("{}"));
      threads.clock.pass(4000);
      threads.answer();
      await answer;
      threads.clock.pass(4000);
    }
    expect([threads.events.length, threads.subject.isRunning]).toEqual([1, true]);
    threads.clock.pass(1000);
    expect([threads.ended, threads.subject.isRunning, threads.clock.timers]).toEqual([1, false, 0]);
  });

  test("tells how much of a body is decompressed, until it is answered", async () => {
    const threads = new FakeThreads();
    const answer = threads.subject.run(job("{}"));
    threads.events[0]?.message({ kind: "inflated", bytes: 7 });
    expect(threads.subject.inflatedBytes).toBe(7);
    threads.answer();
    await answer;
    expect(threads.subject.inflatedBytes).toBe(0);
  });

  test("rejects when the Worker crashes, does not hear it any more, and starts another", async () => {
    const threads = new FakeThreads();
    const answer = threads.subject.run(job("{}"));
    threads.events[0]?.failed("out of memory");
    expect(await answer.catch(String)).toBe("ThreadError: Cannot decode in the Worker: out of memory");
    const next = threads.subject.run(job("{}"));
    threads.events[0]?.failed("again");
    threads.events[0]?.message({ kind: "defect", error: "late" });
    threads.answer();
    expect((await next).kind).toBe("refused");
    expect(threads.events).toHaveLength(2);
  });

  test("rejects when the Worker takes too long, and when it cannot start", async () => {
    const threads = new FakeThreads();
    const answer = threads.subject.run(job("{}"));
    threads.clock.pass(30_000);
    expect(await answer.catch(String)).toContain("no answer in 30 s");
    expect(threads.ended).toBe(1);
    threads.error = new Error("no thread left");
    expect(await threads.subject.run(job("{}")).catch(String)).toContain("no thread left");
    expect(threads.clock.timers).toBe(0);
  });
});

describe("the Worker itself", () => {
  test("decodes JSON and protobuf, plain and compressed, and takes the memory along", async () => {
    const subject = new DecodeThread();
    const text = logsJson("x".repeat(2 * MIB));
    const plain = job(text);
    expect(lineOf(await subject.run(plain))).toBe(text);
    expect(plain.body.length).toBe(0);
    expect(lineOf(await subject.run(job(gzipSync(text), { contentEncoding: "gzip" })))).toBe(text);
    const protobuf = Uint8Array.from([0x0a, 0x0a, 0x12, 0x08, 0x12, 0x06, 0x2a, 0x04, 0x0a, 0x02, 0x68, 0x69]);
    expect(lineOf(await subject.run(job(protobuf, { encoding: "protobuf" })))).toContain('"stringValue":"hi"');
    subject.end();
  });

  test("leaves what the fast half of the codec does not take, with its memory, and takes it with the slow one", async () => {
    const subject = new DecodeThread();
    const text = '{"logs":[{"body":"hello"}]}';
    const left = await subject.run(job(text));
    if (left.kind !== "left") throw new Error(`Cannot go on: ${left.kind}`);
    expect([left.isSlow, Buffer.from(left.body).toString()]).toEqual([true, text]);
    expect(lineOf(await subject.run({ ...job(""), body: left.body, isSlow: true }))).toBe(text);
    subject.end();
  });

  test("leaves what grows beyond what it claimed, and refuses what grows beyond the limit", async () => {
    const subject = new DecodeThread();
    const zipped = gzipSync(logsJson("x".repeat(MIB)));
    const form = { contentEncoding: "gzip" } as const;
    expect(await subject.run(job(zipped, form, { inflatedMaxBytes: 1000 }))).toMatchObject({
      kind: "left",
      isSlow: false,
    });
    const limited = { ...form, maxRequestBytes: 1000 };
    expect(await subject.run(job(zipped, limited))).toMatchObject({
      kind: "refused",
      refusal: { reason: "too-large" },
    });
    expect(await subject.run(job("no gzip", form))).toMatchObject({
      kind: "refused",
      refusal: { reason: "content-encoding" },
    });
    subject.end();
  });

  test("says what is wrong with bad data, and where", async () => {
    const subject = new DecodeThread();
    expect(await subject.run(job('{"resourceLogs":{}}', {}, { isSlow: true }))).toMatchObject({
      kind: "refused",
      refusal: { reason: "bad-data", field: "resourceLogs" },
    });
    subject.end();
  });

  test("does not outlive its end: the body at work is not answered", async () => {
    const subject = new DecodeThread();
    const answer = subject.run(job(logsJson("x".repeat(MIB))));
    subject.end();
    expect(await answer.catch(String)).toContain("it was ended");
  });
});
