import { expect, test } from "bun:test";
import { type ProcessFigures, processLine } from "../../src/host/process-records.ts";
import type { RunningJob } from "../../src/job-pipeline.ts";
import { decodeExportRequest } from "../otlp/decode.ts";
import { arrayAt, valueAt } from "../support/json.ts";
import { RESOURCE } from "./resource.ts";

const TIME_MS = 1_795_738_462_711;
const STEP = { id: "7f3a", name: "Run make", spanId: "00f067aa0ba902b7", startedAtMs: 1 };
const JOB: RunningJob = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "53995c3f42cd8ad8",
  attributes: { "cicd.pipeline.run.id": "42" },
  startedAtMs: 1,
  steps: [STEP],
};
const CC: ProcessFigures = {
  pid: 4711,
  name: "cc1plus",
  cores: 1.23456,
  residentBytes: 4096,
  privateBytes: 2048,
  disk: { read: 1, written: 2 },
  commandLine: undefined,
  isOfJob: true,
  step: STEP,
};
const REST = { count: 7, cores: 0.5, residentBytes: 9, endedCores: 0.25 };

function recordsOf(line: Uint8Array): readonly unknown[] {
  const request: unknown = JSON.parse(new TextDecoder().decode(line));
  return arrayAt(request, "resourceLogs", 0, "scopeLogs", 0, "logRecords");
}

test("processLine() has a record for each process, in its step's span, and one for the rest", () => {
  const line = processLine(RESOURCE, JOB, TIME_MS, [CC], REST);
  const request: unknown = JSON.parse(new TextDecoder().decode(line));
  expect(arrayAt(request, "resourceLogs", 0, "resource", "attributes")).toContainEqual({
    key: "cicd.pipeline.run.id",
    value: { stringValue: "42" },
  });
  const at = {
    timeUnixNano: "1795738462711000000",
    observedTimeUnixNano: "1795738462711000000",
    severityNumber: 9,
    severityText: "INFO",
  };
  expect(recordsOf(line)).toEqual([
    {
      ...at,
      eventName: "process.top",
      body: { stringValue: "cc1plus" },
      attributes: [
        { key: "process.executable.name", value: { stringValue: "cc1plus" } },
        { key: "process.pid", value: { intValue: "4711" } },
        { key: "process.cpu.usage", value: { doubleValue: 1.235 } },
        { key: "process.memory.usage", value: { intValue: "4096" } },
        { key: "process.memory.private", value: { intValue: "2048" } },
        { key: "process.disk.read", value: { intValue: "1" } },
        { key: "process.disk.written", value: { intValue: "2" } },
        { key: "cicd.pipeline.task.run.id", value: { stringValue: "7f3a" } },
        { key: "cicd.pipeline.task.name", value: { stringValue: "Run make" } },
      ],
      traceId: JOB.traceId,
      spanId: STEP.spanId,
    },
    {
      ...at,
      eventName: "process.rest",
      body: { stringValue: "All other processes" },
      attributes: [
        { key: "process.count", value: { intValue: "7" } },
        { key: "process.cpu.usage", value: { doubleValue: 0.5 } },
        { key: "process.memory.usage", value: { intValue: "9" } },
        { key: "process.ended.cpu.usage", value: { doubleValue: 0.25 } },
      ],
    },
  ]);
});

test("processLine() leaves out what is not known, and gives a process outside the job no span", () => {
  const unknown = { privateBytes: undefined, disk: undefined, step: undefined };
  const line = processLine(
    RESOURCE,
    JOB,
    TIME_MS,
    [
      { ...CC, ...unknown, isOfJob: false },
      { ...CC, ...unknown },
    ],
    REST,
  );
  const [outside, inside] = recordsOf(line);
  expect(valueAt(outside, "spanId")).toBeUndefined();
  expect(valueAt(inside, "spanId")).toBe(JOB.spanId);
  const keys = arrayAt(outside, "attributes").map((attribute) => valueAt(attribute, "key"));
  expect(keys).toEqual(["process.executable.name", "process.pid", "process.cpu.usage", "process.memory.usage"]);
});

test("processLine() is a line that the receiver would take as it stands, whatever the names are", () => {
  const names = ['"},{"', "\u0000\u001b[2J\n\r", "\u202Eexe.cc", "\u{FFFD}A", "\u2028", "##[group]"];
  const line = processLine(
    RESOURCE,
    { ...JOB, attributes: { 'a"b\n': "\u202E" } },
    TIME_MS,
    names.map((name) => ({ ...CC, name, commandLine: name, step: { ...STEP, name } })),
    REST,
  );
  const {
    items,
    notes,
    line: stored,
  } = decodeExportRequest("logs", "json", line.slice(), {
    nestingMax: 100,
    lineMaxBytes: 1_000_000,
  });
  expect({ items, notes }).toEqual({ items: names.length + 1, notes: {} });
  expect(stored).toEqual(new Uint8Array(line));
  expect(line).not.toContain(0x0a);
  expect(
    recordsOf(line)
      .slice(0, -1)
      .map((record) => valueAt(record, "body", "stringValue")),
  ).toEqual(names);
});
