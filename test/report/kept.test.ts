/** What a report keeps of more than it has room for. */
import { describe, expect, test } from "bun:test";
import type { LiveSpan } from "../../src/live/live-data.ts";
import { KeptLogs, type SeenLog } from "../../src/report/kept-logs.ts";
import { KeptProcesses, SAMPLES_MAX } from "../../src/report/kept-processes.ts";
import { KeptSpans } from "../../src/report/kept-spans.ts";

function log(atMs: number, stepId: string, text: string, severity = 9): SeenLog {
  return { atMs, stream: "gha-logs", severity, text, stepId, isEscaped: false };
}

function span(startedAtMs: number, tookMs: number): LiveSpan {
  const ids = { traceId: "t", spanId: `${startedAtMs}-${tookMs}` };
  return { ...ids, name: "", startedAtMs, endedAtMs: startedAtMs + tookMs, isError: false, attributes: {} };
}

describe("KeptLogs", () => {
  test("keeps everything while there is room, in the order of the times", () => {
    const kept = new KeptLogs(10_000);
    for (const atMs of [3, 1, 2]) kept.add(log(atMs, "a", `line ${atMs}`));
    const { records, leftOut } = kept.take();
    expect(leftOut).toBe(0);
    expect(records).toEqual(
      [1, 2, 3].map((atMs) => ({ atMs, stream: "gha-logs", severity: 9, stepId: "a", text: `line ${atMs}` })),
    );
  });

  test("reads a text that is as JSON has it, and names no step where there is none", () => {
    const kept = new KeptLogs(10_000);
    kept.add({ ...log(1, "a", String.raw`\u001b[31m\"red\"\n`), stepId: undefined, isEscaped: true });
    kept.add({ ...log(2, "a", String.raw`no \x`), isEscaped: true });
    const { records } = kept.take();
    expect(records.map(({ text }) => text)).toEqual(['\u001b[31m"red"\n', String.raw`no \x`]);
    expect(records.map((record) => Object.hasOwn(record, "stepId"))).toEqual([false, true]);
  });

  test("keeps the first errors and the last lines of each step", () => {
    const kept = new KeptLogs(20_000);
    kept.add(log(0, "long", "the cause", 17));
    kept.add(log(1, "long", "##[error]as the runner marks it"));
    for (let atMs = 2; atMs < 5000; atMs++) kept.add(log(atMs, "long", `line ${atMs}`));
    kept.add(log(5000, "short", "only line"));
    const { records, leftOut } = kept.take();
    const texts = records.map(({ text }) => text);
    expect(texts.slice(0, 2)).toEqual(["the cause", "##[error]as the runner marks it"]);
    expect(texts.slice(-2)).toEqual(["line 4999", "only line"]);
    expect(records.length).toBeWithin(100, 400);
    expect(leftOut).toBe(5001 - records.length);
    // The last ones without a gap.
    expect(records.slice(2, -1).map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: records.length - 3 }, (_, at) => 5000 - (records.length - 3) + at),
    );
  });

  test("takes from the steps that have most", () => {
    const kept = new KeptLogs(50_000);
    for (let atMs = 0; atMs < 100; atMs++) kept.add(log(atMs, "small", `s ${atMs}`));
    for (let atMs = 0; atMs < 5000; atMs++) {
      kept.add(log(atMs, "one", `line ${atMs}`));
      kept.add(log(atMs, "two", `line ${atMs}`));
    }
    const { records } = kept.take();
    const countOf = (id: string): number => records.filter(({ stepId }) => stepId === id).length;
    expect(countOf("small")).toBe(100);
    expect(countOf("one")).toBeWithin(100, 500);
    expect(Math.abs(countOf("one") - countOf("two"))).toBeLessThan(50);
  });

  test("has room for last lines whatever the number of errors", () => {
    const kept = new KeptLogs(20_000);
    for (let step = 0; step < 50; step++)
      for (let atMs = 0; atMs < 300; atMs++)
        kept.add(log(step * 1000 + atMs, `s${step}`, `error ${"x".repeat(100)}`, 17));
    kept.add(log(100_000, "s49", "the end"));
    const { records } = kept.take();
    expect(records.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(20_000);
    expect(records.at(-1)?.text).toBe("the end");
  });
});

describe("KeptProcesses", () => {
  test("of too many samples keeps those in which more was used, over the whole time", () => {
    const kept = new KeptProcesses();
    const samples = 10 * SAMPLES_MAX;
    for (let atMs = 0; atMs < samples; atMs++) {
      const cpuCores = atMs === 1234 ? 8 : 1;
      kept.add({ atMs, list: [{ pid: 1, name: "x", cpuCores, memoryBytes: 0 }] });
    }
    const taken = kept.take();
    expect(taken.length).toBeWithin(SAMPLES_MAX / 2, SAMPLES_MAX + 1);
    expect(taken.map(({ atMs }) => atMs)).toContain(1234);
    expect(taken.map(({ atMs }) => atMs)).toEqual(taken.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(taken[0]?.atMs).toBeLessThan(100);
    expect(taken.at(-1)?.atMs).toBeGreaterThan(samples - 100);
  });
});

describe("KeptSpans", () => {
  test("keeps the longest, and says how many are left out", () => {
    const kept = new KeptSpans(10, 10_000);
    for (let at = 0; at < 1000; at++) kept.add(span(at, at % 100));
    const { records, leftOut } = kept.take();
    expect(records.map(({ startedAtMs }) => startedAtMs)).toEqual([99, 199, 299, 399, 499, 599, 699, 799, 899, 999]);
    expect(leftOut).toBe(990);
  });

  test("has room for so many characters, however large spans are", () => {
    const kept = new KeptSpans(1000, 10_000);
    for (let at = 0; at < 300; at++) kept.add({ ...span(at, at), attributes: { key: "x".repeat(997) } });
    const { records, leftOut } = kept.take();
    expect(records.map(({ startedAtMs }) => startedAtMs)).toEqual([290, 291, 292, 293, 294, 295, 296, 297, 298, 299]);
    expect(leftOut).toBe(290);
  });
});
