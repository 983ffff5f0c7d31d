import { describe, expect, test } from "bun:test";
import { endsFatally, sinkThatFlushes } from "../../src/events/fatal-records.ts";
import { logJson } from "../conformance/requests.ts";
import { FakeSink } from "./support.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("endsFatally()", () => {
  test.each([
    ['{"severityNumber":21}', true],
    ['{"severityNumber":24,"body":{}}', true],
    ['{"severityNumber" : "22" }', true],
    ['{"severityNumber":"SEVERITY_NUMBER_FATAL2"}', true],
    ['{"severityNumber":17},{"severityNumber":21},{"severityNumber":9}', true],
    ['{"severityNumber":20}', false],
    ['{"severityNumber":2}', false],
    ['{"severityNumber":210}', false],
    ['{"severityNumber":"SEVERITY_NUMBER_ERROR"}', false],
    ['{"body":{"stringValue":"\\"severityNumber\\":21"}}', false],
    ["{}", false],
  ])("%s: %p", (records, isFatal) => {
    expect(endsFatally(bytes(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`))).toBe(isFatal);
  });

  test("looks at the end of a long line", () => {
    const long = `{"body":{"stringValue":"${"x".repeat(20_000)}"}}`;
    const fatal = '{"severityNumber":21}';
    expect(endsFatally(bytes(`${long},${fatal}`))).toBe(true);
    expect(endsFatally(bytes(`${fatal},${long}`))).toBe(false);
  });
});

test("sinkThatFlushes() asks for a flush for a line that was taken, after it was", () => {
  const sink = new FakeSink();
  const flushedAt: number[] = [];
  const flushing = sinkThatFlushes(sink, () => flushedAt.push(sink.lines.length));
  const fatal = bytes(logJson('{"severityNumber":21}'));
  expect(flushing.offer(bytes(logJson("{}")))).toBe("accepted");
  expect(flushing.offer(fatal)).toBe("accepted");
  sink.answer = "full";
  expect(flushing.offer(fatal)).toBe("full");
  expect([flushing.lineMaxBytes, flushedAt]).toEqual([sink.lineMaxBytes, [2]]);
});
