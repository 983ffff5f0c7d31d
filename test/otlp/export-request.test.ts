import { describe, expect, test } from "bun:test";
import { decodeBytes, decodeErrorOf, decodeJson, LIMITS, logJson, decodeExportRequest } from "./decode.ts";

const decodeLog = (record: string) => decodeJson(logJson(record));
const ID = "5b8efff798038103d269b633813fc60c";

describe("decodeExportRequest() of JSON keeps as sent", () => {
  test.each([
    ["the seed's logs", '{"logs": [{"body": "test log message"}]}'],
    ["the seed's metrics", '{"metrics": [{"name": "cpu_usage", "value": 75.5}]}'],
    ["the seed's traces", '{"traces": [{"span_id": "123", "trace_id": "456"}]}'],
    ["spaces around and between tokens", ' \t{ "a" : [ 1 , 2 ] , "b" : { } } '],
    ["keys that nobody knows", '{"a":null,"b":[],"c":{},"d":[[]],"e":[{},true,false,"x",-0.5E+3]}'],
    ["an escape at the end of a key", '{"a\\\\":{"b\\"":1}}'],
  ])("%s", (_what, body) => {
    const { line, items, notes } = decodeJson(body);
    expect({ line, items, notes: Object.keys(notes) }).toEqual({ line: body, items: 0, notes: ["unknown-key"] });
  });

  test("a request without notes, sharing one frozen object of them", () => {
    const body = logJson(`{"timeUnixNano":"1","body":{"stringValue":"x"},"traceId":"${ID}"},{}`);
    const decoded = decodeJson(body);
    expect(decoded).toEqual({ line: body, items: 2, notes: {} });
    expect(Object.isFrozen(decoded.notes)).toBe(true);
  });

  test("as a view of the body, not a copy", () => {
    const body = new TextEncoder().encode(logJson("{}"));
    expect(decodeExportRequest("logs", "json", body, LIMITS).line?.buffer).toBe(body.buffer);
  });

  test("items of every signal, counted", () => {
    const spans = '{"resourceSpans":[{"scopeSpans":[{"spans":[{},{"links":[{}],"events":[{}]}]}]}]}';
    expect(decodeJson(spans, "traces").items).toBe(2);
    const metrics = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"].map(
      (kind) => `{"${kind}":{"dataPoints":[{},{}]}}`,
    );
    const body = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${metrics.join()}]}]}]}`;
    expect(decodeJson(body, "metrics").items).toBe(10);
  });

  test("a key that only begins like one that is known", () => {
    expect(decodeLog(`{"flags${"s".repeat(64)}":[],"timeUnixNan":[],"imeUnixNano":[]}`).notes).toEqual({
      "unknown-key": 3,
    });
  });

  test("a body of another signal: keys that this one does not know", () => {
    expect(decodeJson(logJson("{}"), "traces")).toMatchObject({ items: 0, notes: { "unknown-key": 1 } });
  });
});

describe("decodeExportRequest() of JSON, item 21: is empty", () => {
  test.each([
    ["{}", "logs"],
    [' {"resourceLogs":[]} ', "logs"],
    ['{"resourceLogs":null}', "logs"],
    [
      '{"resourceLogs":[{},{"resource":{"attributes":[{"key":"a"}]},"scopeLogs":[{"scope":{},"logRecords":[]}]}]}',
      "logs",
    ],
    ['{"resourceMetrics":[{"scopeMetrics":[{"metrics":[]}]}]}', "metrics"],
  ] as const)("%s", (body, signal) => {
    expect(decodeJson(body, signal)).toEqual({ line: undefined, items: 0, notes: {} });
  });

  test("but not with a metric that has no points yet", () => {
    const body = '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m"}]}]}]}';
    expect(decodeJson(body, "metrics").line).toBe(body);
  });
});

describe("decodeExportRequest() of JSON repairs", () => {
  test("a BOM", () => {
    expect(decodeJson("\ufeff" + logJson("{}"))).toEqual({ line: logJson("{}"), items: 1, notes: { bom: 1 } });
    expect(decodeErrorOf(() => decodeJson("\ufeff\ufeff{}")).message).toContain("one JSON object wanted");
  });

  test("item 42: line breaks between tokens, wherever they may stand", () => {
    const body = '\r\n{\n"a"\r:\n[\n1\n,\n2\r\n]\n,\n"b":{\n}\n}\r\n';
    const { line, notes } = decodeJson(body);
    expect(line).toBe(body.replaceAll(/[\r\n]/g, " "));
    expect(notes).toEqual({ "line-break": 16, "unknown-key": 2 });
  });

  test("item 42: line breaks in messages and arrays of OTLP too", () => {
    const body = logJson('\n{\n"timeUnixNano"\n:\n"1"\n,\n"attributes":\n[\n]\n}\n');
    expect(decodeJson(body).line).toBe(body.replaceAll("\n", " "));
  });

  test("what is not UTF-8", () => {
    const body = Buffer.from(logJson('{"severityText":"a\xffb\xe2\x82"}'), "latin1");
    expect(decodeBytes("json", body)).toEqual({
      line: logJson('{"severityText":"a\ufffdb\ufffd"}'),
      items: 1,
      notes: { "invalid-utf8": 2 },
    });
  });

  test.each([
    ["\\ud800", "\\ufffd", 1],
    ["\\uDC00x", "\\ufffdx", 1],
    ["\\ud800\\ud800\\udc00", "\\ufffd\\ud800\\udc00", 1],
    ["\\ud83d\\n\\ude00", "\\ufffd\\n\\ufffd", 2],
    ["\\uD83D\\uDE00\\u0000\\ud7ff\\ue000", "\\uD83D\\uDE00\\u0000\\ud7ff\\ue000", 0],
  ])("escapes of lone surrogates: %s", (sent, stored, count) => {
    const { line, notes } = decodeLog(`{"severityText":"${sent}"}`);
    expect(line).toBe(logJson(`{"severityText":"${stored}"}`));
    expect(notes).toEqual(count === 0 ? {} : { "lone-surrogate": count });
  });
});
