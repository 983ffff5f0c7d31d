import { describe, expect, test } from "bun:test";
import { readRecords, TEXT_MAX_CHARACTERS } from "../../src/live/read-records.ts";

const NOW_MS = 5;

function read(...logRecords: readonly object[]) {
  return readRecords("gha-logs", JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }), NOW_MS);
}

describe("readRecords()", () => {
  test("reads time, severity, text and step", () => {
    const step = { key: "cicd.pipeline.task.run.id", value: { stringValue: "id 1" } };
    const record = { timeUnixNano: "1795764308580123456", severityNumber: 17, body: { stringValue: "a\u001b[31m" } };
    expect(read({ ...record, attributes: [step] })).toEqual([
      { atMs: 1_795_764_308_580, stream: "gha-logs", severity: 17, text: "a\u001b[31m", stepId: "id 1" },
    ]);
  });

  test("takes the time at which it was observed, and else now", () => {
    expect(read({ timeUnixNano: "0", observedTimeUnixNano: "7000000" }, {}).map(({ atMs }) => atMs)).toEqual([
      7,
      NOW_MS,
    ]);
  });

  test("shows what is no text as it came", () => {
    expect(read({ body: { intValue: "3" } })[0]?.text).toBe('{"intValue":"3"}');
  });

  test("cuts a text, and leaves no half of a character", () => {
    const text = read({ body: { stringValue: `${"x".repeat(TEXT_MAX_CHARACTERS - 1)}😀` } })[0]?.text;
    expect([text?.length, text?.isWellFormed()]).toEqual([TEXT_MAX_CHARACTERS, true]);
  });

  test("leaves out what is told of processes", () => {
    expect(read({ eventName: "process.top" }, { eventName: "process.rest" }, { eventName: "other" })).toHaveLength(1);
  });

  test.each([
    "",
    "null",
    "3",
    "[]",
    "{",
    '{"resourceLogs":3}',
    '{"resourceLogs":[null,{"scopeLogs":[[],{"logRecords":7}]}]}',
  ])("finds nothing in %j", (line) => {
    expect(readRecords("logs", line, NOW_MS)).toEqual([]);
  });

  test.each([
    { attributes: "x" },
    { attributes: [{ key: "log.file.name" }] },
    { body: [], timeUnixNano: "x" },
    { timeUnixNano: {} },
  ])("a record with %j is one all the same", (record) => {
    expect(read(record)).toEqual([{ atMs: NOW_MS, stream: "gha-logs", severity: 0, text: "" }]);
  });
});
