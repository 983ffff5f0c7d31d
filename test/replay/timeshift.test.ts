import { expect, test } from "bun:test";
import { shifted } from "../../src/replay/timeshift.ts";

const SECOND_NS = 1_000_000_000n;

function line(time: bigint): string {
  return (
    `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"${time}","observedTimeUnixNano" : ${time},` +
    String.raw`"body":{"stringValue":"\"timeUnixNano\":\"1700000000000000000\""},` +
    `"attributes":[{"key":"timeUnixNano","value":{"intValue":"5"}}]}]}]}]}`
  );
}

test("shifted() moves every time, as text and as number, and nothing else", () => {
  const time = 1_700_000_000_000_000_000n;
  expect(shifted(line(time), 1000)).toBe(line(time + SECOND_NS));
  expect(shifted(line(time), -1000)).toBe(line(time - SECOND_NS));
});

test("shifted() moves the times of spans and points, and leaves a time that is not known", () => {
  const span = '{"startTimeUnixNano":"1000000","endTimeUnixNano":"2000000","timeUnixNano":"0"}';
  expect(shifted(span, 1)).toBe('{"startTimeUnixNano":"2000000","endTimeUnixNano":"3000000","timeUnixNano":"0"}');
});
