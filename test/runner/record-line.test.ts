import { describe, expect, test } from "bun:test";
import { arrayAt } from "../support/json.ts";
import { fileAttributes, RecordLine, recordMaxBytes, recordOf, RECORDS_MAX } from "../../src/runner/record-line.ts";

const RESOURCE = {
  "host.name": 'runner "1"',
  "service.name": "warpbuild-agent",
  "telemetry.version": "1.2.3",
  "telemetry.vm_os": "linux",
};
const NOW_MS = 1_795_000_000_123;
const ATTRIBUTES = fileAttributes("Worker_1.log");

function record(bytes: string | Uint8Array): string | undefined {
  const all = Buffer.from(bytes);
  return recordOf(all, { start: 0, end: all.length }, { attributes: ATTRIBUTES, nowMs: NOW_MS });
}

function parsed(bytes: string | Uint8Array): unknown {
  return JSON.parse(record(bytes) ?? "null");
}

describe("recordOf()", () => {
  test("has the time, the severity, the text and what the collector gave of the file", () => {
    expect(parsed("[2026-11-26 10:00:01Z ERR  JobRunner] failed\n   at A\r\n")).toEqual({
      timeUnixNano: `${Date.UTC(2026, 10, 26, 10, 0, 1)}000000`,
      observedTimeUnixNano: "1795000000123000000",
      severityNumber: 17,
      severityText: "ERR",
      body: { stringValue: "[2026-11-26 10:00:01Z ERR  JobRunner] failed\n   at A" },
      attributes: [
        { key: "log.file.name", value: { stringValue: "Worker_1.log" } },
        { key: "log.type", value: { stringValue: "github_actions" } },
      ],
    });
  });

  test.each([
    ["VERB", 5],
    ["INFO", 9],
    ["WARN", 13],
    ["CRIT", 21],
    ["Start", undefined],
  ] as const)("knows the level %s", (level, severityNumber) => {
    const made = parsed(`[2026-11-26 10:00:01Z ${level} X] text`);
    expect(made).toMatchObject({ severityText: level, ...(severityNumber === undefined ? {} : { severityNumber }) });
  });

  test("keeps leading blanks, and says nothing of time where there is none", () => {
    expect(parsed("   at A\n")).toEqual({
      observedTimeUnixNano: "1795000000123000000",
      body: { stringValue: "   at A" },
      attributes: JSON.parse(ATTRIBUTES),
    });
    expect(parsed("[2026-13-45 10:00:01Z INFO X] text")).not.toHaveProperty("timeUnixNano");
  });

  test("makes replacement characters of bytes that are no text, and keeps the bytes beside them", () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0x00, 0x62);
    const original = { key: "log.record.original", value: { stringValue: Buffer.from(bytes).toString("base64") } };
    expect(parsed(Buffer.concat([bytes, Buffer.from("\r\n")]))).toMatchObject({
      body: { stringValue: "a\uFFFD\u0000b" },
      attributes: [...arrayAt(JSON.parse(ATTRIBUTES)), original],
    });
    expect(parsed("a real \uFFFD\n")).toMatchObject({ attributes: JSON.parse(ATTRIBUTES) });
  });

  test("makes nothing of blank lines", () => {
    expect(record("\r\n\n")).toBeUndefined();
  });
});

describe("RecordLine", () => {
  test("makes one OTLP request of many records", () => {
    const line = new RecordLine(RESOURCE, 1024 * 1024);
    for (const text of ["a", "b"]) line.add(record(text) ?? "");
    const request: unknown = JSON.parse(Buffer.from(line.take()).toString());
    expect(request).toMatchObject({
      resourceLogs: [
        {
          resource: {
            attributes: Object.entries(RESOURCE).map(([key, value]) => ({ key, value: { stringValue: value } })),
          },
          scopeLogs: [{ scope: { name: "warp-telemetry/runner" }, logRecords: [{}, {}] }],
        },
      ],
    });
    expect(line.count).toBe(0);
  });

  test("is full at its records or its size, but never for the first one", () => {
    const line = new RecordLine(RESOURCE, 8 * 1024);
    expect(line.hasRoomFor("x".repeat(100_000))).toBe(true);
    line.add("x".repeat(500));
    expect(line.hasRoomFor("x".repeat(500))).toBe(true);
    expect(line.hasRoomFor("x".repeat(600))).toBe(false);
    const many = new RecordLine(RESOURCE, 1024 * 1024);
    for (let n = 0; n < RECORDS_MAX; n++) many.add("{}");
    expect(many.hasRoomFor("{}")).toBe(false);
  });

  test("fits into the ring's line whatever the bytes are", () => {
    const lineMaxBytes = 64 * 1024;
    const maxBytes = recordMaxBytes(lineMaxBytes, 200 * 1024);
    for (const byte of [0x00, 0x22, 0xff, 0x61]) {
      const line = new RecordLine(RESOURCE, lineMaxBytes);
      const bytes = new Uint8Array(maxBytes).fill(byte);
      bytes[0] = 0xff;
      line.add(record(bytes) ?? "");
      expect(line.take().length).toBeLessThanOrEqual(lineMaxBytes);
    }
  });
});
