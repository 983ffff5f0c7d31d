/** The mapping between JSON and protobuf, where senders and readers differ: each quirk in a row, as it is taken here. */
import { setDefaultTimeout } from "bun:test";
import { bytes, double, tag, varint } from "../otlp/wire-bytes.ts";
import { type Case, describeCases, NOTHING } from "./cases.ts";
import { bodyJson, logJson, metricJson, spanJson, written } from "./requests.ts";

setDefaultTimeout(60_000);

const LOG_PATH = "resourceLogs[0].scopeLogs[0].logRecords[0]";
const TRACE_ID = "5b8efff798038103d269b633813fc60c";
const SPAN_ID = "eee19b7ec3c1b174";

/** Kept as it was sent; `note` when only a lenient reader takes it. */
function kept(row: string, what: string, body: string, note?: string, count = 1): Case {
  const name = `json row ${row}: ${what}, as sent`;
  return { name, sent: { encoding: "json", body }, notes: note === undefined ? {} : { [note]: count } };
}

/** The whole request is refused, naming the path of what is wrong. */
function refused(row: string, what: string, body: string, rejected: string | RegExp): Case {
  return { name: `json row ${row}: ${what} is refused`, sent: { encoding: "json", body }, rejected };
}

const any = (...value: readonly number[]) => bytes(5, value);

const idRows: readonly Case[] = [
  kept("ids", "hex of any case", logJson(`{"traceId":"${TRACE_ID.toUpperCase()}","spanId":"eEE19B7ec3c1b174"}`)),
  ...["parentSpanId", "spanId"].map((field): Case => ({
    name: `json row ids: ${field} of a span and an id of a link in hex, as sent`,
    sent: {
      encoding: "json",
      stream: "traces",
      body: spanJson(`{"${field}":"EEE19B7EC3C1B174","links":[{"traceId":"${TRACE_ID}"}]}`),
    },
  })),
  {
    name: "json row ids: those of an exemplar in hex, as sent",
    sent: {
      encoding: "json",
      stream: "metrics",
      body: metricJson(`{"gauge":{"dataPoints":[{"exemplars":[{"traceId":"${TRACE_ID}","spanId":"${SPAN_ID}"}]}]}}`),
    },
  },
  written(
    "json row ids",
    "protobuf's are written as hex in lower case",
    [...bytes(9, [...Buffer.from(TRACE_ID, "hex")]), ...bytes(10, [...Buffer.from(SPAN_ID, "hex")])],
    `{"traceId":"${TRACE_ID}","spanId":"${SPAN_ID}"}`,
  ),
  refused("base64 id", "a trace id", logJson('{"traceId":"W47/95gDgQPSabYzgT/GDA=="}'), `${LOG_PATH}.traceId`),
  refused("base64 id", "a span id", logJson('{"spanId":"7uGbfsPBsXQ="}'), `${LOG_PATH}.spanId`),
];

const textRows: readonly Case[] = [
  kept("other bytes", "standard base64 with padding", bodyJson('{"bytesValue":"+/8="}')),
  kept("other bytes", "standard base64 without padding", bodyJson('{"bytesValue":"+/8"}'), "base64-form"),
  kept("other bytes", "URL-safe base64 with padding", bodyJson('{"bytesValue":"-_8="}'), "base64-form"),
  kept("other bytes", "URL-safe base64 without padding", bodyJson('{"bytesValue":"-_8"}'), "base64-form"),
  refused("other bytes", "what is no base64", bodyJson('{"bytesValue":"a b="}'), `${LOG_PATH}.body.bytesValue`),
  written(
    "json row other bytes",
    "protobuf's are written as standard base64",
    any(...bytes(7, [0xfb, 0xff])),
    '{"body":{"bytesValue":"+/8="}}',
  ),
  kept("keys", "lowerCamelCase", logJson('{"timeUnixNano":"1","droppedAttributesCount":1}')),
  kept(
    "keys",
    "snake_case, whose items count",
    '{"resource_logs":[{"scope_logs":[{"log_records":[{"time_unix_nano":"1"}]}]}]}',
    "snake-case-key",
    4,
  ),
  kept(
    "resource.schemaUrl",
    "the key that the JavaScript SDK puts there",
    '{"resourceLogs":[{"resource":{"schemaUrl":"x"},"scopeLogs":[{"logRecords":[{}]}]}]}',
    "unknown-key",
  ),
  kept("BOM, lone surrogate", "U+2028, U+2029 and NUL", logJson('{"severityText":"\u2028\u2029\\u0000\ud83d\ude00"}')),
  {
    name: "json row BOM, lone surrogate: the BOM goes",
    sent: { encoding: "json", body: `\ufeff${logJson("{}")}` },
    stored: logJson("{}"),
    notes: { bom: 1 },
  },
  {
    name: "json row BOM, lone surrogate: a lone surrogate becomes U+FFFD",
    sent: { encoding: "json", body: logJson(String.raw`{"severityText":"\ud800 \uD83D\uDE00 \udc00"}`) },
    stored: logJson(String.raw`{"severityText":"\ufffd \uD83D\uDE00 \ufffd"}`),
    notes: { "lone-surrogate": 2 },
  },
  {
    name: "json row BOM, lone surrogate: what is not UTF-8 becomes U+FFFD",
    sent: { encoding: "json", body: Buffer.from(logJson('{"severityText":"a\xff\xc3"}'), "latin1") },
    stored: logJson('{"severityText":"a\ufffd\ufffd"}'),
    notes: { "invalid-utf8": 2 },
  },
];

const numberRows: readonly Case[] = [
  kept("enums", "numbers", logJson('{"severityNumber":9}')),
  kept("enums", "names", logJson('{"severityNumber":"SEVERITY_NUMBER_INFO"}'), "enum-name"),
  kept("enums", "names that nobody knows", logJson('{"severityNumber":"LOUD"}'), "unknown-enum-name"),
  written("json row enums", "protobuf's are written as numbers", [...tag(2, 0), 9], '{"severityNumber":9}'),
  kept("64-bit ints", "strings", logJson('{"timeUnixNano":"18446744073709551615"}')),
  kept("64-bit ints", "numbers", logJson('{"timeUnixNano":1700000000000000000}')),
  kept("64-bit ints", "out of range", logJson('{"timeUnixNano":"18446744073709551616"}'), "value-out-of-range"),
  kept("64-bit ints", "not integral", bodyJson('{"intValue":"1.5"}'), "value-out-of-range"),
  refused("64-bit ints", "a word", logJson('{"timeUnixNano":"soon"}'), `${LOG_PATH}.timeUnixNano`),
  refused("64-bit ints", "a bool", logJson('{"timeUnixNano":true}'), `${LOG_PATH}.timeUnixNano`),
  written(
    "json row 64-bit ints",
    "protobuf's are written as strings",
    any(...tag(3, 0), ...varint(-(2n ** 63n))),
    '{"body":{"intValue":"-9223372036854775808"}}',
  ),
  kept("exponent forms", "1e5", logJson('{"timeUnixNano":1e5}'), "number-form"),
  kept("exponent forms", "5.0", logJson('{"flags":5.0}'), "number-form"),
  kept("exponent forms", '"1e2"', logJson('{"flags":"1e2"}'), "number-form"),
  kept("int beyond 2^53", "every digit of it", bodyJson('{"intValue":9007199254740993}')),
  written(
    "json row int beyond 2^53",
    "protobuf's to the last digit",
    any(...tag(3, 0), ...varint(9_007_199_254_740_993n)),
    '{"body":{"intValue":"9007199254740993"}}',
  ),
  kept(
    "doubles",
    "numbers, quoted and not",
    bodyJson('{"arrayValue":{"values":[{"doubleValue":1.5},{"doubleValue":"1.5"}]}}'),
  ),
  kept(
    "doubles",
    "NaN and the infinities",
    bodyJson(
      '{"arrayValue":{"values":[{"doubleValue":"NaN"},{"doubleValue":"Infinity"},{"doubleValue":"-Infinity"}]}}',
    ),
  ),
  kept("doubles", "the words of other readers", bodyJson('{"doubleValue":"+inf"}'), "number-form"),
  ...[
    [Number.NaN, '"NaN"'],
    [Infinity, '"Infinity"'],
    [-Infinity, '"-Infinity"'],
    [0.1, "0.1"],
    [-0, "-0"],
    [5e-324, "5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
  ].map(([value = 0, wanted = ""]) =>
    written(
      "json row doubles",
      `protobuf's ${wanted}`,
      any(...double(4, Number(value))),
      `{"body":{"doubleValue":${wanted}}}`,
    ),
  ),
  refused("bare NaN", "it", bodyJson('{"doubleValue":NaN}'), `${LOG_PATH}.body.doubleValue`),
  refused("bare NaN", "a bare -Infinity", bodyJson('{"doubleValue":-Infinity}'), `${LOG_PATH}.body.doubleValue`),
  kept(
    "intValue 1e+300",
    "a value that the JavaScript SDK sends",
    bodyJson('{"intValue":1e+300}'),
    "value-out-of-range",
  ),
  kept("intValue 1e+300", "and 9007199254740994, which it sends too", bodyJson('{"intValue":9007199254740994}')),
  kept("kind, flags, counts as strings", "all but kind", logJson('{"flags":"1","droppedAttributesCount":"2"}')),
  {
    name: "json row kind, flags, counts as strings: kind, as sent",
    sent: { encoding: "json", stream: "traces", body: spanJson('{"kind":"2","droppedEventsCount":"3"}') },
    notes: { "number-form": 1 },
  },
];

const emptyRows: readonly Case[] = [
  kept("null", "for strings, messages and lists", logJson('{"severityText":null,"body":null,"attributes":null}')),
  ...["timeUnixNano", "flags", "severityNumber", "traceId", "spanId"].map((field) =>
    kept("null", `for ${field}`, logJson(`{"${field}":null}`), "null"),
  ),
  ...["boolValue", "intValue", "bytesValue"].map((field) =>
    kept("null", `for ${field}`, bodyJson(`{"${field}":null}`), "null"),
  ),
  kept("doubleValue null", "as the JavaScript SDK sends NaN", bodyJson('{"doubleValue":null}'), "null"),
  {
    name: "json row doubleValue null: asDouble too, as sent",
    sent: { encoding: "json", stream: "metrics", body: metricJson('{"gauge":{"dataPoints":[{"asDouble":null}]}}') },
    notes: { null: 1 },
  },
  kept(
    "missing value",
    "an attribute without one, one that is {}",
    logJson('{"attributes":[{"key":"a"},{"key":"b","value":{}}]}'),
  ),
  written(
    "json row missing value",
    "protobuf's stay as they are",
    [...bytes(6, bytes(1, "a")), ...bytes(6, bytes(1, "b"), bytes(2))],
    '{"attributes":[{"key":"a"},{"key":"b","value":{}}]}',
  ),
  refused("wrong container", "an object for a list", '{"resourceLogs":{}}', "resourceLogs"),
  refused("wrong container", "a list for an object", logJson('{"body":[]}'), `${LOG_PATH}.body`),
  refused("wrong container", "a string for a list", logJson('{"attributes":"x"}'), `${LOG_PATH}.attributes`),
  refused("wrong container", "a string for a value", logJson('{"body":"text"}'), `${LOG_PATH}.body`),
  refused("wrong container", "a number for a list's element", '{"resourceLogs":[1]}', "resourceLogs[0]"),
  refused("wrong container", "a list for the request", "[]", /one JSON object/),
  refused("wrong container", "null for the request", "null", /one JSON object/),
  ...["instrumentationLibraryLogs", "batches"].map((key): Case => ({
    name: `json row old keys: ${key}, as sent`,
    sent: { encoding: "json", body: `{"${key}":[{}]}` },
    warned: /not OTLP for logs/,
    notes: { "unknown-key": 1 },
    items: 0,
  })),
  {
    name: "json row old keys: instrumentationLibrarySpans, as sent",
    sent: {
      encoding: "json",
      stream: "traces",
      body: '{"resourceSpans":[{"instrumentationLibrarySpans":[{"spans":[{}]}]}]}',
    },
    notes: { "unknown-key": 1 },
    items: 0,
  },
  kept("old keys", "traceFlags", logJson('{"traceFlags":1}'), "unknown-key"),
  written("json row defaults on output", "what is not on the wire is not in the line", [], "{}"),
  written(
    "json row defaults on output",
    "what is there and has a presence of its own is written",
    any(...tag(2, 0), 0),
    '{"body":{"boolValue":false}}',
  ),
  written("json row empty ids on output", "they are left out", [...bytes(9), ...bytes(10)], "{}"),
  kept("empty ids on output", "empty strings", logJson('{"traceId":"","spanId":""}')),
  {
    name: "json row no request: a body of white space and an empty list leaves no line",
    sent: { encoding: "json", body: '\n{ "resourceLogs" : [ ] }\n' },
    stored: NOTHING,
  },
];

describeCases("the JSON mapping", [...idRows, ...textRows, ...numberRows, ...emptyRows]);
