import { describe, expect, test } from "bun:test";
import { logTail, RECORDS_MAX, TEXT_MAX_BYTES } from "../../src/live/log-tail.ts";
import { SPANS_MAX, SPANS_MAX_BYTES, spanTail } from "../../src/live/span-tail.ts";
import { LINE_MAX_BYTES, PARSED_MAX_BYTES } from "../../src/live/tail.ts";
import { logLine, spanLine } from "./otlp-line.ts";

function texts(records: readonly { readonly text: string }[] = []): readonly string[] {
  return records.map(({ text }) => text);
}

function names(records: readonly { readonly name: string }[] = []): readonly string[] {
  return records.map(({ name }) => name);
}

function withEnd(line: Buffer): Buffer {
  return Buffer.concat([line, Buffer.from("\n")]);
}

describe("Tail", () => {
  test("gives what has come since the last look, once", () => {
    const tail = logTail();
    tail.add("logs", logLine("a", "b"));
    tail.add("gha-logs", logLine("c"));
    const taken = tail.take();
    expect(texts(taken?.records)).toEqual(["a", "b", "c"]);
    expect(taken?.records.map(({ stream }) => stream)).toEqual(["logs", "logs", "gha-logs"]);
    expect(taken?.leftOut).toBe(0);
    expect(tail.take()).toBeUndefined();
  });

  test("its backlog and what it gives next are disjoint", () => {
    const tail = logTail();
    tail.begin(
      [
        ["logs", withEnd(logLine("1"))],
        ["gha-logs", new Uint8Array()],
      ],
      false,
    );
    tail.add("logs", logLine("2"));
    expect([texts(tail.backlog), texts(tail.take()?.records)]).toEqual([["1"], ["2"]]);
    expect(texts(tail.backlog)).toEqual(["1", "2"]);
  });

  test("begins with both streams in the order of their times", () => {
    const tail = logTail();
    tail.begin(
      [
        ["logs", withEnd(logLine("a", "c"))],
        ["gha-logs", withEnd(logLine("b"))],
      ],
      false,
    );
    expect(texts(tail.backlog)).toEqual(["a", "b", "c"]);
  });

  test("counts the records that are too many", () => {
    const tail = logTail();
    tail.add("logs", logLine(...Array.from({ length: RECORDS_MAX + 7 }, (_, n) => `${n}`)));
    const taken = tail.take();
    expect([taken?.records.length, taken?.leftOut]).toEqual([RECORDS_MAX, 7]);
    expect(tail.backlog).toHaveLength(RECORDS_MAX);
    tail.add("logs", logLine("next"));
    expect(texts(tail.take()?.records)).toEqual(["next"]);
    expect(texts(tail.backlog).slice(-2)).toEqual([`${RECORDS_MAX - 1}`, "next"]);
    expect(tail.backlog).toHaveLength(RECORDS_MAX);
  });

  test("parses no more than its share between two looks, and counts the rest", () => {
    const tail = logTail();
    const line = logLine(...Array.from({ length: 100 }, () => "x".repeat(1000)));
    const parsed = Math.ceil(PARSED_MAX_BYTES / line.length);
    for (let n = 0; n < parsed + 10; n++) tail.add("logs", line);
    const taken = tail.take();
    expect((taken?.records.length ?? 0) + (taken?.leftOut ?? 0)).toBe((parsed + 10) * 100);
    tail.add("logs", logLine("again"));
    expect(texts(tail.take()?.records)).toEqual(["again"]);
  });

  test("parses no more where it is attributes that are long", () => {
    const tail = logTail();
    const attributes = [{ key: "k", value: { stringValue: "x".repeat(PARSED_MAX_BYTES / 4) } }];
    const request = {
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: "short" }, attributes }] }] }],
    };
    for (let n = 0; n < 10; n++) tail.add("logs", Buffer.from(JSON.stringify(request)));
    const taken = tail.take();
    expect([taken?.records.length, taken?.leftOut]).toEqual([4, 6]);
  });

  test("does not look into a line that is too long", () => {
    const tail = logTail();
    tail.add("logs", logLine("a", "x".repeat(LINE_MAX_BYTES)));
    expect(tail.take()).toEqual({ records: [], leftOut: 2 });
  });

  test("keeps no more text than it may", () => {
    const tail = logTail();
    for (let n = 0; n < 1000; n++) {
      tail.add("logs", logLine("x".repeat(4000)));
      if (n % 50 === 0) tail.take();
    }
    const kept = tail.backlog.reduce((sum, { text }) => sum + text.length, 0);
    expect(kept).toBeLessThanOrEqual(TEXT_MAX_BYTES);
    expect(kept).toBeGreaterThan(TEXT_MAX_BYTES / 2);
  });

  test("forgets everything when nobody looks any more", () => {
    const tail = logTail();
    tail.add("logs", logLine("a"));
    tail.clear();
    expect([tail.backlog, tail.take()]).toEqual([[], undefined]);
  });

  test("takes what is no JSON for nothing", () => {
    const tail = logTail();
    tail.add("logs", Buffer.from("\xff{"));
    expect(tail.take()).toBeUndefined();
  });

  test("says when there were records before the first, however they went", () => {
    const [uploaded, cut, later] = [logTail(), logTail(), logTail()];
    uploaded.begin([], true);
    expect(uploaded.beginning).toEqual({ records: [], leftOut: 0, hasEarlier: true });
    const many = logLine(...Array.from({ length: RECORDS_MAX + 1 }, (_, n) => `${n}`));
    cut.begin([["logs", withEnd(many)]], false);
    expect([cut.beginning?.hasEarlier, cut.beginning?.records.length]).toEqual([true, RECORDS_MAX]);
    later.begin([["logs", withEnd(logLine("a"))]], false);
    expect(later.beginning?.hasEarlier).toBeUndefined();
    for (let n = 0; n < RECORDS_MAX; n++) {
      later.add("logs", logLine("b"));
      later.take();
    }
    expect(later.beginning?.hasEarlier).toBe(true);
    later.clear();
    expect(later.beginning).toBeUndefined();
  });
});

describe("Tail of spans", () => {
  test("gives what has come, and counts the spans that are too many", () => {
    const tail = spanTail();
    tail.begin([["traces", withEnd(spanLine("held"))]], false);
    expect(names(tail.beginning?.records)).toEqual(["held"]);
    tail.add("traces", spanLine(...Array.from({ length: SPANS_MAX + 3 }, (_, n) => `${n}`)));
    const taken = tail.take();
    expect([taken?.records.length, taken?.leftOut, taken?.records[0]?.name]).toEqual([SPANS_MAX, 3, "0"]);
    expect(tail.backlog).toHaveLength(SPANS_MAX);
  });

  test("is bounded in what attributes take, and counts spans of lines that are not parsed", () => {
    const tail = spanTail();
    const attributes = Array.from({ length: 32 }, (_, n) => ({
      key: `k${n}`,
      value: { stringValue: "x".repeat(500) },
    }));
    const line = spanLine(...Array.from({ length: 50 }, () => ({ name: "s", attributes })));
    tail.add("traces", line);
    const told = tail.take();
    expect(JSON.stringify(told?.records).length).toBeLessThan(1.05 * SPANS_MAX_BYTES);
    expect((told?.records.length ?? 0) + (told?.leftOut ?? 0)).toBe(50);
    tail.add("traces", Buffer.concat([spanLine("a", "b"), Buffer.alloc(LINE_MAX_BYTES, " ")]));
    expect(tail.take()).toEqual({ records: [], leftOut: 2 });
  });
});
