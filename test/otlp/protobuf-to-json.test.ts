import { describe, expect, test } from "bun:test";
import { decodeBytes, decodeErrorOf, LIMITS, LOG_PATH, logJson } from "./decode.ts";
import { encode, REQUEST_TYPES } from "./oracle.ts";
import { bytes, double, fixed32, fixed64, littleEndian, logsRequest, tag, varint } from "./wire-bytes.ts";

const decodeLog = (...record: number[][]) => decodeBytes("protobuf", logsRequest(record.flat()));
const lineOf = (...record: number[][]) => decodeLog(...record).line;
const metricLine = (...metric: number[][]) =>
  decodeBytes("protobuf", Uint8Array.from(bytes(1, bytes(2, bytes(2, ...metric)))), "metrics").line;
const metricJson = (metric: string) => `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${metric}]}]}]}`;

const errorOf = (...record: number[][]) => decodeErrorOf(() => decodeLog(...record));

// Parts of a log record.
const attribute = (key: string) => bytes(6, bytes(1, key));
const groups = (depth: number) => [3, 4].flatMap((wire) => Array.from({ length: depth }, () => tag(99, wire)).flat());
// Members of an AnyValue.
const list = (...values: number[][]) => bytes(5, ...values.map((value) => bytes(1, value)));
const int = (value: number) => [...tag(3, 0), value];

describe("decodeExportRequest() of protobuf", () => {
  test("writes the log record of the specification's example", () => {
    const request = {
      resourceLogs: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "my.service" } }] },
          scopeLogs: [
            {
              scope: { name: "my.library", version: "1.0.0" },
              logRecords: [
                {
                  timeUnixNano: "1544712660300000000",
                  observedTimeUnixNano: "1544712660300000000",
                  severityNumber: 10,
                  severityText: "Information",
                  traceId: Buffer.from("5B8EFFF798038103D269B633813FC60C", "hex"),
                  spanId: Buffer.from("EEE19B7EC3C1B174", "hex"),
                  body: { stringValue: "Example log record" },
                  attributes: [{ key: "array.attribute", value: { arrayValue: { values: [{ intValue: "1" }, {}] } } }],
                },
              ],
            },
          ],
        },
      ],
    };
    expect(decodeBytes("protobuf", encode(REQUEST_TYPES.logs, request))).toEqual({
      line:
        '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}}]},' +
        '"scopeLogs":[{"scope":{"name":"my.library","version":"1.0.0"},"logRecords":[{"timeUnixNano":' +
        '"1544712660300000000","severityNumber":10,"severityText":"Information","body":{"stringValue":' +
        '"Example log record"},"attributes":[{"key":"array.attribute","value":{"arrayValue":{"values":' +
        '[{"intValue":"1"},{}]}}}],"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174",' +
        '"observedTimeUnixNano":"1544712660300000000"}]}]}]}',
      items: 1,
      notes: {},
    });
  });

  test("item 21: is empty without items, and shares one frozen object of no notes", () => {
    const nothing = decodeBytes("protobuf", new Uint8Array(0));
    expect(nothing).toEqual({ line: undefined, items: 0, notes: {} });
    expect(Object.isFrozen(nothing.notes)).toBe(true);
    const envelopes = encode(REQUEST_TYPES.logs, { resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {} }] }] });
    expect(decodeBytes("protobuf", envelopes).line).toBeUndefined();
  });

  test("item 21: keeps a metric that has no points yet, and counts points, not metrics", () => {
    expect(metricLine(bytes(1, "empty"))).toBe(metricJson('{"name":"empty"}'));
    const points = { gauge: { dataPoints: [{ asInt: "0" }, { asDouble: 0 }] } };
    const request = encode(REQUEST_TYPES.metrics, { resourceMetrics: [{ scopeMetrics: [{ metrics: [points] }] }] });
    expect(decodeBytes("protobuf", request, "metrics").items).toBe(2);
  });

  test("item 32: skips unknown fields of every wire type, nested groups too, and counts them", () => {
    const group = [...tag(103, 3), ...bytes(1, "in"), ...tag(9, 3), ...tag(9, 4), ...tag(103, 4)];
    const unknown = [[...tag(99, 0), ...varint(1)], fixed64(100, 1n), bytes(101, "x"), group, fixed32(104, 1)];
    expect(decodeLog(bytes(3, "known"), ...unknown, fixed32(8, 1))).toEqual({
      line: logJson('{"severityText":"known","flags":1}'),
      items: 1,
      notes: { "unknown-field": 5 },
    });
  });

  test("item 32: an unknown field between elements does not cut an array in two", () => {
    expect(lineOf(attribute("a"), fixed32(104, 1), attribute("b"))).toBe(
      logJson('{"attributes":[{"key":"a"},{"key":"b"}]}'),
    );
  });

  test("item 34: leaves indexes into a string table out and counts them", () => {
    const keyValue = bytes(6, bytes(1, "k"), bytes(2, [...tag(8, 0), ...varint(7)]), [...tag(3, 0), ...varint(5)]);
    expect(decodeLog(keyValue)).toEqual({
      line: logJson('{"attributes":[{"key":"k","value":{}}]}'),
      items: 1,
      notes: { "string-table-index": 2 },
    });
  });

  test("item 35: keeps enum numbers and flag bits that nobody knows", () => {
    expect(lineOf([...tag(2, 0), ...varint(-7)], fixed32(8, 0xffff_ffff))).toBe(
      logJson('{"severityNumber":-7,"flags":4294967295}'),
    );
  });

  test.each([
    [bytes(1, ""), '{"stringValue":""}'],
    [[...tag(2, 0), 0], '{"boolValue":false}'],
    [[...tag(2, 0), ...varint(1n << 40n)], '{"boolValue":true}'],
    [[...tag(3, 0), 0], '{"intValue":"0"}'],
    [[...tag(3, 0), ...varint(-1)], '{"intValue":"-1"}'],
    [[...tag(3, 0), ...varint(-(2n ** 63n))], '{"intValue":"-9223372036854775808"}'],
    [double(4, 0), '{"doubleValue":0}'],
    [double(4, Number.NaN), '{"doubleValue":"NaN"}'],
    [double(4, Infinity), '{"doubleValue":"Infinity"}'],
    [double(4, -Infinity), '{"doubleValue":"-Infinity"}'],
    [bytes(5), '{"arrayValue":{}}'],
    [bytes(6), '{"kvlistValue":{}}'],
    [bytes(7), '{"bytesValue":""}'],
    [bytes(7, [0xfb]), '{"bytesValue":"+w=="}'],
    [bytes(7, [0xfb, 0xff]), '{"bytesValue":"+/8="}'],
    [bytes(7, [0xfb, 0xff, 0]), '{"bytesValue":"+/8A"}'],
    [[], "{}"],
  ])("items 33 and 36: AnyValue %p is %s", (value, json) => {
    expect(lineOf(bytes(5, value))).toBe(logJson(`{"body":${json}}`));
  });

  test("item 36: keeps optional zeros and counts up to 2^64-1", () => {
    const point = [fixed64(4, 2n ** 64n - 1n), double(5, 0), double(11, -0), double(12, 0)].flat();
    expect(metricLine(bytes(9, bytes(1, point)))).toBe(
      metricJson('{"histogram":{"dataPoints":[{"count":"18446744073709551615","sum":0,"min":-0,"max":0}]}}'),
    );
  });

  test("item 37: leaves ids of a wrong length out and counts them; empty ones are just absent", () => {
    expect(decodeLog(bytes(9, "short"), bytes(10, Array<number>(16).fill(1)), bytes(3, "x")).line).toBe(
      logJson('{"severityText":"x"}'),
    );
    expect(decodeLog(bytes(9, "short"), bytes(10, "")).notes).toEqual({ "malformed-id": 1 });
  });

  test("reads packed and unpacked numbers, also of one field, as one array", () => {
    const packed = bytes(6, [...littleEndian(1n, 8), ...littleEndian(2n, 8)]);
    const bounds = bytes(7, [...new Uint8Array(Float64Array.of(0.5).buffer)]);
    expect(metricLine(bytes(9, bytes(1, packed, bytes(6), fixed64(6, 3n), bounds)))).toBe(
      metricJson('{"histogram":{"dataPoints":[{"bucketCounts":["1","2","3"],"explicitBounds":[0.5]}]}}'),
    );
    const zigzag = [...tag(1, 0), ...varint(3), ...bytes(2, [...varint(2n ** 64n - 1n)]), ...tag(2, 0), 5];
    expect(metricLine(bytes(10, bytes(1, bytes(8, zigzag))))).toBe(
      metricJson(
        '{"exponentialHistogram":{"dataPoints":[{"positive":{"offset":-2,"bucketCounts":["18446744073709551615","5"]}}]}}',
      ),
    );
    expect(metricLine(bytes(9, bytes(1, bytes(6))))).toBe(
      metricJson('{"histogram":{"dataPoints":[{"bucketCounts":[]}]}}'),
    );
  });

  test("escapes what JSON must not hold raw, and leaves the rest alone", () => {
    const text = '\u0000\b\t\n\u000b\f\r\u001f "\\/\u007f\u2028é日🎉';
    expect(lineOf(bytes(3, text))).toBe(logJson(`{"severityText":${JSON.stringify(text)}}`));
  });

  test("makes room for text of which every byte becomes six", () => {
    const text = "\u0001".repeat(100_000);
    expect(lineOf(bytes(3, text))).toBe(logJson(`{"severityText":${JSON.stringify(text)}}`));
  });

  test("writes U+FFFD for what is not UTF-8 and counts it", () => {
    const text = [0x61, 0xff, 0xe2, 0x82, 0x62, 0xed, 0xa0, 0x80, 0xf0, 0x9f];
    expect(decodeLog(bytes(3, text))).toEqual({
      line: logJson('{"severityText":"a\ufffd\ufffdb\ufffd\ufffd\ufffd\ufffd"}'),
      items: 1,
      notes: { "invalid-utf8": 6 },
    });
  });
});

describe("decodeExportRequest() of protobuf in an order that JSON cannot follow", () => {
  test("makes one array of elements that do not stand together", () => {
    expect(lineOf(attribute("a"), bytes(3, "x"), attribute("b"), fixed32(8, 1), attribute("c"))).toBe(
      logJson('{"severityText":"x","attributes":[{"key":"a"},{"key":"b"},{"key":"c"}],"flags":1}'),
    );
  });

  test("takes the last of a repeated scalar and of a oneof", () => {
    expect(lineOf(bytes(3, "first"), fixed32(8, 1), bytes(3, "last"))).toBe(
      logJson('{"severityText":"last","flags":1}'),
    );
    expect(lineOf(bytes(5, bytes(1, "text"), [...tag(3, 0), 5]))).toBe(logJson('{"body":{"intValue":"5"}}'));
    expect(lineOf(bytes(5, [...tag(3, 0), 5], bytes(1, "text")))).toBe(logJson('{"body":{"stringValue":"text"}}'));
  });

  test("merges sub-messages, at every level, and does not merge over another member of the oneof", () => {
    expect(lineOf(bytes(5, list(int(1))), fixed32(8, 1), bytes(5, list(int(2)), list(int(3))))).toBe(
      logJson('{"body":{"arrayValue":{"values":[{"intValue":"1"},{"intValue":"2"},{"intValue":"3"}]}},"flags":1}'),
    );
    expect(lineOf(bytes(5, list(int(1)), bytes(1, "between"), list(int(2))))).toBe(
      logJson('{"body":{"arrayValue":{"values":[{"intValue":"2"}]}}}'),
    );
    expect(lineOf(bytes(5), fixed32(8, 1), bytes(5))).toBe(logJson('{"body":{},"flags":1}'));
  });

  test("counts items and notes once", () => {
    const record = [bytes(3, "a"), bytes(3, "b"), fixed32(99, 1)].flat();
    const { items, notes } = decodeBytes("protobuf", logsRequest(fixed32(99, 1), record));
    expect({ items, notes }).toEqual({ items: 2, notes: { "unknown-field": 2 } });
  });

  test("tells a wrong wire type from a stray end of a group when a message comes out of order", () => {
    const body = Uint8Array.from(bytes(1, bytes(1), bytes(2), [...tag(1, 4)]));
    const error = decodeErrorOf(() => decodeBytes("protobuf", body));
    expect(error.message).toContain("wire type 4, wire type 2 wanted");
  });

  test("still finds a wrong wire type in an occurrence that does not count", () => {
    const error = decodeErrorOf(() => decodeLog(bytes(3, "a"), bytes(3, "b"), [...tag(5, 0), 1], bytes(5)));
    expect(error.message).toContain("wire type 0, wire type 2 wanted");
  });

  test("is taken however deep it nests", () => {
    let nested = Buffer.from(bytes(1, "x".repeat(1_000_000)));
    for (let depth = 0; depth < 45; depth++) {
      // Arrays of one, each given twice, empty the first time: out of order at every level.
      nested = Buffer.concat([Buffer.from(bytes(5)), lengthDelimited(5, lengthDelimited(1, nested))]);
    }
    const record = lengthDelimited(2, lengthDelimited(5, nested));
    const { line } = decodeBytes("protobuf", lengthDelimited(1, lengthDelimited(2, record)));
    expect(line?.length).toBeGreaterThan(1_000_000);
  });
});

function lengthDelimited(number: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([...tag(number, 2), ...varint(payload.length)]), payload]);
}

describe("decodeExportRequest() of bad protobuf", () => {
  test.each([
    ["a wrong wire type", [...tag(1, 0), 1], `${LOG_PATH}.timeUnixNano`, "wire type 0, wire type 1 wanted"],
    ["a number for a message", [...tag(5, 0), 1], `${LOG_PATH}.body`, "wire type 0, wire type 2 wanted"],
    ["field number 0", [2, 0], LOG_PATH, "field number 0, a number of 1 to 2^29-1 wanted"],
    ["a tag over 32 bits", [...varint((1n << 40n) + 26n), 0], LOG_PATH, "field number"],
    ["wire type 6", tag(99, 6), LOG_PATH, "wire type 6, one of 0 to 5 wanted"],
    ["an end without a group", tag(99, 4), LOG_PATH, "the end of group 99, which has no start"],
    ["the end of another group", [...tag(99, 3), ...tag(98, 4)], LOG_PATH, "that of group 99 wanted"],
    ["a group without end", tag(99, 3), LOG_PATH, "it ends in the middle"],
    ["a varint without end", [...tag(2, 0), ...Array<number>(11).fill(0xff)], `${LOG_PATH}.severityNumber`, "varint"],
    ["a length over 32 bits", [...tag(3, 2), ...varint(2n ** 32n + 1n), 0x61], `${LOG_PATH}.severityText`, "it ends"],
    [
      "a double that its message cuts, not the request",
      [...bytes(5, [...tag(4, 1), 0, 0, 0, 0]), ...fixed64(1, 1n)],
      `${LOG_PATH}.body.doubleValue`,
      "it ends in the middle",
    ],
    ["a length beyond its message", [...tag(3, 2), 5, 1], `${LOG_PATH}.severityText`, "it ends in the middle"],
  ])("names the place of %s", (_what, record, path, problem) => {
    const error = errorOf(record);
    expect(error).toMatchObject({ kind: "bad-data", path });
    expect(error.message).toContain(`Cannot read ${path}: `);
    expect(error.message).toContain(problem);
  });

  test("names the element of an array, and what follows it rightly", () => {
    const bad = bytes(6, bytes(1, "k"), bytes(2, [...tag(1, 0), 1]));
    expect(errorOf(attribute("a"), attribute("b"), bad).path).toBe(`${LOG_PATH}.attributes[2].value.stringValue`);
    expect(errorOf(attribute("a"), [...tag(3, 0), 1]).path).toBe(`${LOG_PATH}.severityText`);
    expect(errorOf(attribute("a"), [2, 0]).path).toBe(LOG_PATH);
  });

  test("refuses a request cut anywhere but between its fields", () => {
    const whole = logsRequest([...fixed64(1, 5n), ...bytes(5, bytes(1, "text"))], bytes(3, "x"));
    for (let end = 1; end < whole.length; end++) {
      expect(decodeErrorOf(() => decodeBytes("protobuf", whole.slice(0, end))).kind).toBe("bad-data");
    }
  });

  test("item 17: takes as many levels as the limit says and not one more", () => {
    // The body's value is the fifth message; each array and each value in it is one more.
    let value: number[] = [];
    for (let level = 5; level < 25; level += 2) value = bytes(5, bytes(1, value));
    const request = () => logsRequest(bytes(5, value));
    expect(decodeBytes("protobuf", request(), "logs", { ...LIMITS, nestingMax: 25 }).items).toBe(1);
    const error = decodeErrorOf(() => decodeBytes("protobuf", request(), "logs", { ...LIMITS, nestingMax: 24 }));
    expect(error.message).toContain("nested too deep, at most 24 messages wanted");
    expect(error.path).toStartWith(`${LOG_PATH}.body.arrayValue.values[0].arrayValue`);
  });

  test("item 17: takes no group nested deeper than the limit", () => {
    expect(decodeLog(groups(90)).notes).toEqual({ "unknown-field": 1 });
    expect(errorOf(groups(100_000)).message).toContain("nested too deep");
  });

  test("item 14: takes a line as long as the limit and not one byte longer", () => {
    const request = logsRequest(bytes(3, "x".repeat(200_000)));
    const length = decodeBytes("protobuf", request).line?.length ?? 0;
    const limit = (lineMaxBytes: number) => () =>
      decodeBytes("protobuf", request, "logs", { ...LIMITS, lineMaxBytes }).line?.length;
    expect(limit(length)()).toBe(length);
    expect(decodeErrorOf(limit(length - 1))).toMatchObject({ kind: "too-large", path: "" });
    expect(decodeErrorOf(limit(10))).toMatchObject({ kind: "too-large", path: "" });
  });
});
