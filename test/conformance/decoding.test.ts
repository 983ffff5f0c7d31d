/** Items 33 to 38: what is empty, what has no name yet, what is malformed. */
import { setDefaultTimeout } from "bun:test";
import { otlpJson, REQUEST_TYPES } from "../otlp/oracle.ts";
import type { Signal } from "../../src/pipeline.ts";
import { bytes, tag } from "../otlp/wire-bytes.ts";
import { type Case, describeCases } from "./cases.ts";
import { logJson, metricJson, protobufOf, spanJson, written } from "./requests.ts";

setDefaultTimeout(60_000);

/** The same request in both encodings; the protobuf one must be stored as the official types understand it. */
function both(name: string, stream: Signal, json: string, items = 1): Case[] {
  const body = protobufOf(stream, JSON.parse(json));
  return [
    { name, sent: { encoding: "json", stream, body: json }, items },
    { name, sent: { encoding: "protobuf", stream, body }, stored: otlpJson(REQUEST_TYPES[stream], body), items },
  ];
}

/** An attribute that is empty, one that is bytes, and one with everything in it. */
const ATTRIBUTES = JSON.stringify([
  { key: "empty", value: {} },
  { key: "bytes", value: { bytesValue: "AAECAw==" } },
  {
    key: "nested",
    value: {
      kvlistValue: {
        values: [
          { key: "list", value: { arrayValue: { values: [{}, { stringValue: "" }, { boolValue: false }] } } },
          { key: "numbers", value: { arrayValue: { values: [{ intValue: "0" }, { doubleValue: 0 }] } } },
          { key: "none", value: { kvlistValue: {} } },
        ],
      },
    },
  },
]);
const POINT = `"attributes":${ATTRIBUTES},"exemplars":[{"asInt":"0","filteredAttributes":${ATTRIBUTES}}]`;

const anyValues: readonly Case[] = [
  ...both(
    "item 33: every form of a value in the attributes of a resource, a scope and a log record, and as its body",
    "logs",
    `{"resourceLogs":[{"resource":{"attributes":${ATTRIBUTES}},"scopeLogs":[{"scope":{"attributes":${ATTRIBUTES}},` +
      `"logRecords":[{"body":{"kvlistValue":{"values":${ATTRIBUTES}}},"attributes":${ATTRIBUTES}}]}]}]}`,
  ),
  ...both(
    "item 33: every form of a value in the attributes of a span, an event and a link",
    "traces",
    spanJson(
      `{"attributes":${ATTRIBUTES},"events":[{"attributes":${ATTRIBUTES}}],"links":[{"attributes":${ATTRIBUTES}}]}`,
    ),
  ),
  ...["gauge", "sum", "histogram", "exponentialHistogram"].flatMap((kind) =>
    both(
      `item 33: every form of a value in the attributes of a point of a ${kind}, of its exemplar and in the metadata`,
      "metrics",
      metricJson(`{"name":"m","${kind}":{"dataPoints":[{${POINT}}]},"metadata":${ATTRIBUTES}}`),
    ),
  ),
];

const stringTables: readonly Case[] = [
  {
    name: "item 34: indexes into a string table are absent, the rest is kept",
    sent: { encoding: "json", body: logJson('{"body":{"stringValueStrindex":5},"attributes":[{"keyStrindex":3}]}') },
    notes: { "string-table-index": 2 },
  },
  written(
    "item 34",
    "indexes into a string table are absent, the rest is kept",
    [...bytes(5, [...tag(8, 0), 5]), ...bytes(6, [...tag(3, 0), 3], bytes(1, "k"))],
    '{"body":{},"attributes":[{"key":"k"}]}',
    { "string-table-index": 2 },
  ),
];

const openEnums: readonly Case[] = [
  ...both(
    "item 35: numbers that no severity has, bits that no flag is",
    "logs",
    logJson('{"severityNumber":77,"flags":4294967295},{"severityNumber":-1}'),
    2,
  ),
  ...both(
    "item 35: numbers that no span kind and no status code has",
    "traces",
    spanJson('{"kind":99,"status":{"code":2147483647},"flags":4294967295,"links":[{"flags":4294967040}]}'),
  ),
  ...both(
    "item 35: numbers that no temporality has, bits that no flag is",
    "metrics",
    metricJson('{"sum":{"dataPoints":[{"flags":4294967295}],"aggregationTemporality":-2147483648}}'),
  ),
];

const presence: readonly Case[] = [
  ...both(
    "item 36: values that are zero, false and empty are there",
    "logs",
    logJson(
      '{"body":{"stringValue":""}},{"body":{"boolValue":false}},{"body":{"intValue":"0"}},{"body":{"doubleValue":0}},' +
        '{"body":{"bytesValue":""}},{"body":{"arrayValue":{}}},{"body":{"kvlistValue":{}}},{"body":{}},{}',
    ),
    9,
  ),
  ...both(
    "item 36: points and exemplars that are zero",
    "metrics",
    metricJson('{"gauge":{"dataPoints":[{"asInt":"0"},{"asDouble":0,"exemplars":[{"asInt":"0"},{"asDouble":0}]},{}]}}'),
    3,
  ),
  ...["histogram", "exponentialHistogram"].flatMap((kind) =>
    both(
      `item 36: sum, min and max of a ${kind} that are zero, and that are not there`,
      "metrics",
      metricJson(`{"${kind}":{"dataPoints":[{"sum":0,"min":0,"max":0},{"count":"1"}]}}`),
      2,
    ),
  ),
  ...both(
    "item 36: integers up to 2^64-1 and down to -2^63",
    "metrics",
    metricJson(
      '{"histogram":{"dataPoints":[{"count":"18446744073709551615","bucketCounts":["11651379494838206464","0"]}]}},' +
        '{"sum":{"dataPoints":[{"asInt":"-9223372036854775808"},{"asInt":"9223372036854775807"}]}}',
    ),
    3,
  ),
];

const TRACE_ID = "5b8efff798038103d269b633813fc60c";
const SPAN_ID = "eee19b7ec3c1b174";
const LOG_PATH = "resourceLogs[0].scopeLogs[0].logRecords[0]";
const SPAN_PATH = "resourceSpans[0].scopeSpans[0].spans[0]";

const ids: readonly Case[] = [
  ...both(
    "item 37: ids of 16 and 8 bytes, in spans, links and log records' likes",
    "traces",
    spanJson(
      `{"traceId":"${TRACE_ID}","spanId":"${SPAN_ID}","parentSpanId":"${SPAN_ID}",` +
        `"links":[{"traceId":"${TRACE_ID}","spanId":"${SPAN_ID}"}]}`,
    ),
  ),
  {
    name: "item 37: empty ids are absent",
    sent: { encoding: "json", body: logJson('{"traceId":"","spanId":""}') },
  },
  written("item 37", "empty ids are absent", [...bytes(9), ...bytes(10)], "{}"),
  ...[
    ["an id that is too short", `{"traceId":"${TRACE_ID.slice(2)}"}`, `${LOG_PATH}.traceId`],
    ["an id that is too long", `{"spanId":"${TRACE_ID}"}`, `${LOG_PATH}.spanId`],
    ["an id that is not hex", `{"spanId":"${SPAN_ID.replace("e", "g")}"}`, `${LOG_PATH}.spanId`],
  ].map(([what, record = "", rejected = ""]): Case => ({
    name: `item 37: ${what} is refused`,
    sent: { encoding: "json", body: logJson(record) },
    rejected,
  })),
  {
    name: "item 37: an id of a wrong length in a link is refused",
    sent: { encoding: "json", stream: "traces", body: spanJson('{"links":[{},{"traceId":"5b8e"}]}') },
    rejected: `${SPAN_PATH}.links[1].traceId`,
  },
  written(
    "item 37",
    "an id of a wrong length is left out, the record kept",
    [
      ...bytes(9, [1, 2, 3]),
      ...bytes(
        10,
        Array.from({ length: 16 }, () => 7),
      ),
      ...bytes(3, "kept"),
    ],
    '{"severityText":"kept"}',
    { "malformed-id": 2 },
  ),
];

const reserved: readonly Case[] = [
  {
    name: "item 38: field 1000, the old instrumentation library, is passed over",
    sent: {
      encoding: "protobuf",
      body: Uint8Array.from(bytes(1, bytes(1000, bytes(2, bytes(3, "old"))), bytes(2, bytes(2, bytes(3, "kept"))))),
    },
    stored: JSON.parse(logJson('{"severityText":"kept"}')),
    notes: { "unknown-field": 1 },
  },
  {
    name: "item 38: the old instrumentation library is kept as sent",
    sent: { encoding: "json", body: '{"resourceLogs":[{"instrumentationLibraryLogs":[{"logRecords":[{}]}]}]}' },
    notes: { "unknown-key": 1 },
    items: 0,
  },
];

describeCases("decoding", [...anyValues, ...stringTables, ...openEnums, ...presence, ...ids, ...reserved]);
