import { describe, expect, test } from "bun:test";
import { Marks, sinkWithoutMarks } from "../../src/collector/marks.ts";
import type { LineSink, OfferResult } from "../../src/pipeline.ts";

const WORD = "0123456789abcdef0123456789abcdef";

class Sink implements LineSink {
  readonly lineMaxBytes = 1000;
  answer: OfferResult = "accepted";
  readonly lines: string[] = [];

  offer(line: Uint8Array): OfferResult {
    if (this.answer === "accepted") this.lines.push(Buffer.from(line).toString());
    return this.answer;
  }
}

/** A line with one scope a resource, and one record a text. */
function lineOf(...resources: readonly (readonly string[])[]): Buffer {
  const resourceLogs = resources.map((texts) => {
    const logRecords = texts.map((text) => ({ timeUnixNano: "1", body: { stringValue: text } }));
    return { resource: { attributes: [] }, scopeLogs: [{ scope: { name: "x" }, logRecords }] };
  });
  return Buffer.from(JSON.stringify({ resourceLogs }));
}

async function hasReturned(returned: Promise<void>): Promise<boolean> {
  return await Promise.race([returned.then(() => true), Promise.resolve().then(() => false)]);
}

describe("Marks", () => {
  test("are taken out of the collector's line, and have come back when the rest is in the ring", async () => {
    const [marks, sink] = [new Marks(WORD), new Sink()];
    const { mark, returned } = marks.make();
    const line = lineOf(["a", mark, "b"], [mark], ["c"]);
    sink.answer = "full";
    expect(marks.offer(sink, line, "own")).toBe("full");
    expect(await hasReturned(returned)).toBe(false);
    sink.answer = "accepted";
    expect(marks.offer(sink, line, "own")).toBe("accepted");
    expect(await hasReturned(returned)).toBe(true);
    expect(sink.lines).toEqual([lineOf(["a", "b"], ["c"]).toString()]);
  });

  test("make no line of nothing but marks", async () => {
    const [marks, sink] = [new Marks(WORD), new Sink()];
    const { mark, returned } = marks.make();
    expect(marks.offer(sink, lineOf([mark]), "own")).toBe("accepted");
    expect(await hasReturned(returned)).toBe(true);
    expect(sink.lines).toEqual([]);
  });

  test("of an earlier run are taken out as well, and stand for no mark of this one", async () => {
    const [before, marks, sink] = [new Marks(WORD), new Marks(WORD), new Sink()];
    const { returned } = marks.make();
    marks.offer(sink, lineOf([before.make().mark, "a"]), "own");
    expect(sink.lines).toEqual([lineOf(["a"]).toString()]);
    expect(await hasReturned(returned)).toBe(false);
  });

  test("that others send are their lines: nobody else is waited for", async () => {
    const [marks, sink] = [new Marks(WORD), new Sink()];
    const { mark, returned } = marks.make();
    const line = lineOf([mark]);
    marks.offer(sink, line, "other");
    expect(sink.lines).toEqual([line.toString()]);
    expect(await hasReturned(returned)).toBe(false);
  });
});

test("sinkWithoutMarks() hands on what comes before there are marks", () => {
  const sink = new Sink();
  const line = lineOf(["a"]);
  expect(sinkWithoutMarks(sink, () => undefined).offer(line, "own")).toBe("accepted");
  expect(sink.lines).toEqual([line.toString()]);
});
