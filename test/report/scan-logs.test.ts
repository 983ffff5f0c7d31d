import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readLog } from "../../src/live/read-records.ts";
import { msOf, textOf } from "../../src/live/told-values.ts";
import { itemsOf } from "../../src/report/otlp-items.ts";
import { NOWHERE, unescaped } from "../../src/report/json-bytes.ts";
import { scanLogs } from "../../src/report/scan-logs.ts";
import { runsOr } from "../otlp/runs.ts";
import { valueAt } from "../support/json.ts";
import { requestJson } from "../support/samples.ts";

const RUNS = runsOr(3000);
const STEP_ID = "cicd.pipeline.task.run.id";

/** A double cannot tell the last microsecond of a time in ns, and a log has whole milliseconds. */
function near(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.floor(ms);
}

function textAt(line: Buffer, from: number, to: number): string | undefined {
  return from === NOWHERE ? undefined : unescaped(line.toString("utf8", from, to));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What a report takes of a line, as the scanner reads it. */
function scanned(line: Buffer): readonly object[] | undefined {
  return scanLogs(line)?.map(({ resource, scope, records }) => ({
    resource,
    scope,
    records: records.map((record) => ({
      atMs: near(record.atMs),
      severity: record.severity,
      text: textAt(line, record.textFrom, record.textTo),
      traceId: textAt(line, record.traceFrom, record.traceTo),
      stepId: textAt(line, record.stepFrom, record.stepTo),
      whole: JSON.parse(line.toString("utf8", record.from, record.to)),
    })),
  }));
}

/** The same as JSON.parse has it. */
function parsed(line: Buffer): readonly object[] | undefined {
  return itemsOf(line, "logs")?.map(({ resource, scope, items }) => ({
    resource,
    scope,
    records: items.map((record) => {
      const { severity, text, stepId } = readLog("logs", record, 0);
      return {
        atMs: near(msOf(record["timeUnixNano"]) ?? msOf(record["observedTimeUnixNano"])),
        severity,
        text: textOf(valueAt(record, "body", "stringValue")) === undefined ? undefined : text,
        traceId: textOf(record["traceId"]),
        stepId,
        whole: record,
      };
    }),
  }));
}

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.constantFrom('"', "\\", "\n", STEP_ID, "{]},:"),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 2 },
    fc.record({ stringValue: text }),
    fc.record({ intValue: fc.integer().map(String) }),
    fc.record({ doubleValue: fc.double({ noDefaultInfinity: true, noNaN: true }) }),
    fc.record({ boolValue: fc.boolean() }),
    fc.constant({}),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie("any"), { maxLength: 2 }) }) }),
  ),
})).any;
const attributes = fc.array(
  fc.record({ key: fc.oneof(text, fc.constant("k")), value }, { requiredKeys: ["key", "value"] }),
  { maxLength: 3 },
);
const stepAttribute = text.map((id) => ({ key: STEP_ID, value: { stringValue: id } }));
const time = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 42 }).map((ms) => `${ms}250000`),
  fc.constantFrom("0", "1795687201123456700"),
  fc.integer({ min: 1000, max: 2 ** 31 }).map((us) => us * 1000 + 250),
);
const record = fc.record(
  {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: fc.oneof(fc.integer({ min: 0, max: 24 }), fc.constant("SEVERITY_NUMBER_INFO")),
    severityText: text,
    body: value,
    attributes: fc
      .tuple(attributes, fc.option(stepAttribute))
      .map(([list, step]) => (step === null ? list : [...list, step])),
    traceId: fc.constant("0af7651916cd43dd8448eb211c80319c"),
    flags: fc.integer(),
    other: value,
  },
  { requiredKeys: [] },
);
const scope = fc.record(
  { scope: fc.record({ name: text }), logRecords: fc.array(record, { maxLength: 4 }) },
  { requiredKeys: [] },
);
const resource = fc.record(
  {
    resource: fc.record({ attributes: fc.tuple(attributes, stepAttribute).map(([list, step]) => [...list, step]) }),
    schemaUrl: text,
    scopeLogs: fc.array(scope, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const request = fc.record({ resourceLogs: fc.array(resource, { maxLength: 3 }) });

describe("scanLogs()", () => {
  test("reads what JSON.parse reads, or leaves it to that", () => {
    let isScanned = 0;
    fc.assert(
      fc.property(request, (one) => {
        const line = Buffer.from(JSON.stringify(one));
        const found = scanned(line);
        if (found === undefined) return;
        isScanned++;
        expect(parsed(line)).toEqual(found);
      }),
      { numRuns: RUNS },
    );
    expect(isScanned).toBeGreaterThan(RUNS / 2);
  });

  test("of a line with a byte that is another one, reads what JSON.parse reads where that takes it", () => {
    let isCompared = 0;
    const place = fc.record({ at: fc.nat(), byte: fc.constantFrom(...Buffer.from('"\\{}[],:09-.eE \0x')) });
    fc.assert(
      fc.property(request, place, (one, { at, byte }) => {
        const line = Buffer.from(JSON.stringify(one));
        line[at % line.length] = byte;
        const found = scanLogs(line);
        if (found === undefined || !isJson(line.toString())) return;
        isCompared++;
        expect(parsed(line)).toEqual(scanned(line));
      }),
      // To shrink takes minutes; the counterexample is short enough.
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(isCompared).toBeGreaterThan(RUNS / 15);
  });

  test("reads what agents and exporters write", () => {
    expect(scanned(Buffer.from(requestJson("logs", "text")))).toBeDefined();
    const own = `{"resourceLogs":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"a"}}]},"scopeLogs":[{"scope":{"name":"s"},"logRecords":[{"timeUnixNano":"1795687201123456700","traceId":"0a","observedTimeUnixNano":"1","body":{"stringValue":"a\\"b\\u0041"},"attributes":[{"key":"${STEP_ID}","value":{"stringValue":"x"}}]}]}]}]}`;
    expect(scanned(Buffer.from(own))).toMatchObject([
      { resource: { "host.name": "a" }, scope: "s", records: [{ text: 'a"bA', stepId: "x", atMs: 1795687201123 }] },
    ]);
  });

  test.each([
    ["blanks", '{ "resourceLogs": [] }'],
    ["the resource behind its records", '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}],"resource":{}}]}'],
    ["the scope behind its records", '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}],"scope":{"name":"x"}}]}]}'],
    ["a list twice", '{"resourceLogs":[],"resourceLogs":[]}'],
    [
      "an attribute whose value comes first",
      `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{"value":{"stringValue":"x"},"key":"${STEP_ID}"}]}]}]}]}`,
    ],
    ["the end of it cut off", '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a'],
    ["what follows", '{"resourceLogs":[]} '],
    ["no map", "[]"],
    ["nothing", ""],
    [
      "a time of 20 digits",
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"17956872011234567001"}]}]}]}',
    ],
    [
      "a severity of 400 digits",
      `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":${"9".repeat(400)}}]}]}]}`,
    ],
    ["a list that is none", '{"resourceLogs":{}}'],
  ])("leaves to JSON.parse: %s", (_, line) => {
    expect(scanLogs(Buffer.from(line))).toBeUndefined();
  });
});
