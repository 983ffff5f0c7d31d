import { describe, expect, test } from "bun:test";
import { decodeErrorOf, decodeJson, LIMITS, LOG_PATH, logJson } from "./decode.ts";

const decodeLog = (record: string) => decodeJson(logJson(record));
const any = (value: string) => `{"body":${value}}`;
const point = (members: string) =>
  `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"dataPoints":[{${members}}]}}]}]}]}`;
const POINT_PATH = "resourceMetrics[0].scopeMetrics[0].metrics[0].sum.dataPoints[0]";
const errorOf = (body: string) => decodeErrorOf(() => decodeJson(body));
/** `levels` deep, below a key that OTLP does not know. */
const unknown = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
const ID = "5b8efff798038103d269b633813fc60c";

describe("decodeExportRequest() of JSON takes, by the mapping table,", () => {
  test.each([
    ["hex ids of any case", `{"traceId":"${ID.toUpperCase()}","spanId":"EEE19b7ec3c1b174"}`],
    ["empty ids", '{"traceId":"","spanId":""}'],
    ["ids with escapes", `{"traceId":"\\u0035${ID.slice(1)}"}`],
    ["keys with escapes", '{"time\\u0055nixNano":"1"}'],
    ["standard base64", any('{"bytesValue":"+/8="}')],
    ["empty base64", any('{"bytesValue":""}')],
    ["enum numbers, unknown ones too", '{"severityNumber":77},{"severityNumber":-1}'],
    ["64-bit integers as strings and numbers", any('{"intValue":"-9223372036854775808"}') + ',{"timeUnixNano":1}'],
    ["integers beyond 2^53 as numbers", any('{"intValue":9223372036854775807}')],
    ["2^64-1", '{"timeUnixNano":"18446744073709551615","observedTimeUnixNano":18446744073709551615}'],
    ["32-bit numbers as strings", '{"flags":"4294967295","droppedAttributesCount":"0"}'],
    ["numbers as doubles", any('{"doubleValue":-1.5e-3}') + "," + any('{"doubleValue":0}')],
    ["quoted doubles", any('{"doubleValue":"1.5"}')],
    ["NaN", any('{"doubleValue":"NaN"}')],
    ["infinities", any('{"doubleValue":"Infinity"}') + "," + any('{"doubleValue":"-Infinity"}')],
    ["null for strings, objects and arrays", '{"severityText":null,"body":null,"attributes":null}'],
    ["empty values", '{"body":{},"attributes":[{"key":"a"},{"key":"b","value":{}}]}'],
    ["nested values", any('{"kvlistValue":{"values":[{"key":"k","value":{"arrayValue":{"values":[{}]}}}]}}')],
    ["NUL", '{"severityText":"\\u0000"}'],
    ["U+2028 as it is", '{"severityText":"\u2028"}'],
  ])("%s, without a note", (_what, record) => {
    const { line, notes } = decodeLog(record);
    expect(line).toBe(logJson(record));
    expect(notes).toEqual({});
  });

  test.each([
    ["schemaUrl in a resource", "unknown-key", '{"resourceLogs":[{"resource":{"schemaUrl":"x"}}]}'],
    ["old instrumentation libraries", "unknown-key", '{"resourceLogs":[{"instrumentationLibraryLogs":[{"logs":[]}]}]}'],
    ["snake_case", "snake-case-key", '{"resource_logs":[{"scopeLogs":[{"logRecords":[{}]}]}]}'],
    ["null for a double", "null", logJson(any('{"doubleValue":null}'))],
    ["null for a number", "null", logJson('{"timeUnixNano":null}')],
    ["null for an id", "null", logJson('{"traceId":null}')],
    ["null for bytes", "null", logJson(any('{"bytesValue":null}'))],
    ["null for a bool", "null", logJson(any('{"boolValue":null}'))],
    ["null for an enum", "null", logJson('{"severityNumber":null}')],
    ["null as an element", "null", '{"resourceLogs":[null,{"scopeLogs":[{"logRecords":[{}]}]}]}'],
    ["an exponent in an integer", "number-form", logJson('{"timeUnixNano":1e5}')],
    ["a quoted exponent", "number-form", logJson('{"flags":"1e2"}')],
    ["a fraction of nothing", "number-form", logJson('{"severityNumber":5.0}')],
    ["minus zero for an unsigned", "number-form", logJson('{"flags":-0}')],
    ["zeros and signs in quotes", "number-form", logJson('{"flags":"+007"}')],
    ["zeros in quotes", "number-form", logJson('{"flags":"007"}')],
    ["a quoted enum number", "number-form", logJson('{"severityNumber":"9"}')],
    ["words of other readers for a double", "number-form", logJson(any('{"doubleValue":"+inf"}'))],
    ["a double that begins with its point", "number-form", logJson(any('{"doubleValue":".5"}'))],
    ["an enum name", "enum-name", logJson('{"severityNumber":"SEVERITY_NUMBER_INFO2"}')],
    ["an enum name that nobody knows", "unknown-enum-name", logJson('{"severityNumber":"WARNING"}')],
    ["an integer that is none", "value-out-of-range", logJson(any('{"intValue":1.5}'))],
    ["1e+300 as an integer", "value-out-of-range", logJson(any('{"intValue":1e+300}'))],
    ["2^63", "value-out-of-range", logJson(any('{"intValue":9223372036854775808}'))],
    ["-2^63-1", "value-out-of-range", logJson(any('{"intValue":"-9223372036854775809"}'))],
    ["2^64", "value-out-of-range", logJson('{"timeUnixNano":"18446744073709551616"}')],
    ["a negative time", "value-out-of-range", logJson('{"timeUnixNano":-1}')],
    ["2^32", "value-out-of-range", logJson('{"flags":4294967296}')],
    ["2^31 as an enum", "value-out-of-range", logJson('{"severityNumber":2147483648}')],
    ["a double over the range", "value-out-of-range", logJson(any('{"doubleValue":1e400}'))],
    ["a long double over the range", "value-out-of-range", logJson(any(`{"doubleValue":1${"0".repeat(400)}}`))],
    ["URL-safe base64", "base64-form", logJson(any('{"bytesValue":"-_8="}'))],
    ["base64 without padding", "base64-form", logJson(any('{"bytesValue":"+/8"}'))],
    ["an index into a string table", "string-table-index", logJson(any('{"stringValueStrindex":1}'))],
    ["a field given twice", "duplicate-field", logJson('{"flags":1,"flags":2}')],
    ["two members of a oneof", "duplicate-field", logJson(any('{"intValue":"1","stringValue":"a"}'))],
  ])("%s, noted as %s", (_what, note, body) => {
    const { line, notes } = decodeJson(body);
    expect(line).toBe(body);
    expect(notes).toEqual({ [note]: 1 });
  });

  test("a oneof whose other members are null, which are not set", () => {
    expect(decodeLog(any('{"stringValue":null,"arrayValue":null,"intValue":"1"}')).notes).toEqual({});
  });

  test("bounds of signed numbers of a data point", () => {
    expect(decodeJson(point('"asInt":-9223372036854775808'), "metrics").notes).toEqual({});
    expect(decodeJson(point('"asInt":"-1","asDouble":null'), "metrics").notes).toEqual({ null: 1 });
  });

  test("snake_case everywhere, so that its items are counted", () => {
    const body = '{"resource_logs":[{"scope_logs":[{"log_records":[{"time_unix_nano":"1"},{}]}]}]}';
    expect(decodeJson(body)).toEqual({ line: body, items: 2, notes: { "snake-case-key": 4 } });
  });
});

describe("decodeExportRequest() of JSON refuses", () => {
  test.each(["", " ", "null", "1234", '"x"', "[]", "[{}]", "true"])("%p, which is not one object", (body) => {
    const error = errorOf(body);
    expect(error).toMatchObject({ kind: "bad-data", path: "" });
    expect(error.message).toContain("one JSON object wanted");
  });

  test.each(["{} x", "{}{}", '{"a":1},', "{}\n{}", "{}\0"])("%p, which has something behind the object", (body) => {
    expect(errorOf(body).message).toContain("nothing behind the object wanted");
  });

  test.each([
    ["an object for an array", '{"resourceLogs":{}}', "resourceLogs", '"{" at byte 16, an array wanted'],
    ["a string for an array", logJson('{"attributes":"x"}'), `${LOG_PATH}.attributes`, '"x" at byte'],
    ["an array for an object", logJson('{"body":[]}'), `${LOG_PATH}.body`, "an object wanted"],
    ["a string for an object", logJson('{"body":"text"}'), `${LOG_PATH}.body`, '"text" at byte'],
    ["a number for a string", logJson(any('{"stringValue":5}')), `${LOG_PATH}.body.stringValue`, "a string wanted"],
    ["a string for a bool", logJson(any('{"boolValue":"true"}')), `${LOG_PATH}.body.boolValue`, "true or false wanted"],
    ["a word for a number", logJson('{"timeUnixNano":"soon"}'), `${LOG_PATH}.timeUnixNano`, '"soon" at byte'],
    ["nothing for a number", logJson('{"flags":""}'), `${LOG_PATH}.flags`, "a number wanted"],
    ["a sign for a number", logJson('{"flags":"-"}'), `${LOG_PATH}.flags`, "a number wanted"],
    ["a space in a number", logJson('{"flags":" 1"}'), `${LOG_PATH}.flags`, "a number wanted"],
    ["NaN for an integer", logJson(any('{"intValue":"NaN"}')), `${LOG_PATH}.body.intValue`, "a number wanted"],
    ["a word for a double", logJson(any('{"doubleValue":"1.5x"}')), `${LOG_PATH}.body.doubleValue`, "a number wanted"],
    ["true for a number", logJson('{"flags":true}'), `${LOG_PATH}.flags`, "a number wanted"],
    ["a bare NaN", logJson(any('{"doubleValue":NaN}')), `${LOG_PATH}.body.doubleValue`, '"NaN" at byte'],
    ["a base64 id", logJson('{"traceId":"W47/95gDgQPSabYzgT/GDA=="}'), `${LOG_PATH}.traceId`, "32 hex digits wanted"],
    ["a short id", logJson('{"spanId":"eee19b7ec3c1b1"}'), `${LOG_PATH}.spanId`, "16 hex digits wanted"],
    ["a long id", logJson(`{"spanId":"${ID}"}`), `${LOG_PATH}.spanId`, "16 hex digits wanted"],
    ["an id that is not hex", logJson(`{"traceId":"${ID.replace("5", "g")}"}`), `${LOG_PATH}.traceId`, "32 hex digits"],
    ["a number for an id", logJson('{"spanId":5}'), `${LOG_PATH}.spanId`, "a string wanted"],
    ["no base64", logJson(any('{"bytesValue":"a b="}')), `${LOG_PATH}.body.bytesValue`, "base64 wanted"],
    [
      "a length that base64 cannot have",
      logJson(any('{"bytesValue":"abcde"}')),
      `${LOG_PATH}.body.bytesValue`,
      "base64",
    ],
    ["a bad element", logJson('{},{"attributes":[{},5]}'), LOG_PATH.replace(/0\]$/, "1].attributes[1]"), "an object"],
    [
      "bad grammar below unknown keys",
      '{"a":[1,{"b":[[0,01]]}]}',
      "a[1].b[0]",
      '"1" at byte 18, a comma or "]" wanted',
    ],
    [
      "elements without a comma",
      logJson('{"attributes":[{} {}]}'),
      `${LOG_PATH}.attributes[0]`,
      'a comma or "]" wanted',
    ],
    ["quotes and backslashes in keys", '{"a\\"b":{"c\\\\":[-]}}', 'a\\"b.c\\\\[0]', "a digit wanted"],
    ["an unclosed string", '{"a":"b', "a", "the end at byte 7, the end of the string wanted"],
    ["an unclosed object", logJson('{"flags":1'), LOG_PATH, '"]" at byte'],
    ["a missing colon", logJson('{"flags" 1}'), LOG_PATH, "a colon wanted"],
    ["a key that is no string", logJson("{flags:1}"), LOG_PATH, "a key wanted"],
    ["a comma before the end", logJson('{"flags":1,}'), LOG_PATH, "a key wanted"],
    ["a comma before the end of an array", logJson("{},"), LOG_PATH.replace(/0\]$/, "1]"), "an object wanted"],
  ])("%s, naming the path", (_what, body, path, problem) => {
    const error = errorOf(body);
    expect(error).toMatchObject({ kind: "bad-data", path });
    expect(error.message).toStartWith(`Cannot read ${path}: `);
    expect(error.message).toContain(problem);
  });

  test("a request cut anywhere, also in a key that is expected", () => {
    const body = logJson('{"timeUnixNano":"1","body":{"doubleValue":1.5e3,"boolValue":true},"traceId":""}');
    for (let end = body.length; end >= 0; end--) {
      const cut = body.slice(0, end);
      if (end === body.length) decodeJson(cut);
      else expect(errorOf(cut).message).toContain(" wanted");
    }
  });

  test("a data point's bad value with its whole path", () => {
    const error = decodeErrorOf(() => decodeJson(point('"attributes":[],"asInt":{}'), "metrics"));
    expect(error.path).toBe(`${POINT_PATH}.asInt`);
  });

  test("item 17: one level over the limit, of messages as of what nobody knows", () => {
    const body = logJson(any('{"arrayValue":{"values":['.repeat(10) + "{}" + "]}}".repeat(10)));
    const limits = { ...LIMITS, nestingMax: 25 };
    expect(decodeJson(body, "logs", limits).items).toBe(1);
    const error = decodeErrorOf(() => decodeJson(body, "logs", { ...LIMITS, nestingMax: 24 }));
    expect(error.message).toContain("at most 24 levels wanted");
    expect(error.path).toStartWith(`${LOG_PATH}.body.arrayValue.values[0].arrayValue`);

    expect(decodeJson(unknown(25), "logs", limits).line).toBe(unknown(25));
    expect(decodeErrorOf(() => decodeJson(unknown(26), "logs", limits)).path).toBe(`a${"[0]".repeat(24)}`);
    expect(errorOf(`{"a":${"[".repeat(1_000_000)}`).message).toContain("at most 100 levels wanted");
    expect(errorOf(`{"a":${'{"b":'.repeat(1_000_000)}`).message).toContain("at most 100 levels wanted");
  });

  test("item 14: a line one byte over the limit", () => {
    const body = logJson("{}");
    expect(decodeJson(body, "logs", { ...LIMITS, lineMaxBytes: body.length }).line).toBe(body);
    const error = decodeErrorOf(() => decodeJson(body, "logs", { ...LIMITS, lineMaxBytes: body.length - 1 }));
    expect(error).toMatchObject({ kind: "too-large", path: "" });
    expect(error.message).toContain(`${body.length} bytes, at most ${body.length - 1} wanted`);
  });

  test("or takes, a number of any length", () => {
    for (const digits of [`1${"0".repeat(1_000_000)}1`, "1".repeat(1_000_000), `0.${"0".repeat(1_000_000)}1`]) {
      const body = logJson(`{"flags":"${digits}","timeUnixNano":${digits},"body":{"doubleValue":"${digits}"}}`);
      expect(decodeJson(body).notes["value-out-of-range"]).toBeGreaterThanOrEqual(2);
      expect(errorOf(logJson(`{"flags":"${digits}x"}`)).path).toBe(`${LOG_PATH}.flags`);
    }
  });

  test("with a short message, however long the text that is wrong", () => {
    const long = "x".repeat(100_000);
    expect(errorOf(`{"${long}":"${long}\n"}`).message.length).toBeLessThan(300);
    expect(errorOf(logJson(`{"flags":"${long}"}`)).message.length).toBeLessThan(300);
  });
});
