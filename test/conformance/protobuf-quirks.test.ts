/** What protobuf allows and few encoders write, and what it does not allow. */
import { setDefaultTimeout } from "bun:test";
import { bytes, double, fixed64, littleEndian, logsRequest, tag } from "../otlp/wire-bytes.ts";
import { type Case, describeCases } from "./cases.ts";
import { metricJson, protobufOf, written } from "./requests.ts";

setDefaultTimeout(60_000);

const LOG_PATH = "resourceLogs[0].scopeLogs[0].logRecords[0]";
const any = (...value: readonly number[]) => bytes(5, value);

describeCases("protobuf as it may come", [
  written(
    "protobuf quirk",
    "invalid UTF-8 becomes U+FFFD",
    bytes(3, [0x61, 0xff, 0x62, 0xe2, 0x82]),
    '{"severityText":"a\ufffdb\ufffd"}',
    { "invalid-utf8": 2 },
  ),
  written(
    "protobuf quirk",
    "control characters are escaped",
    bytes(3, [0x00, 0x01, 0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1f, 0x22, 0x5c, 0x7f]),
    String.raw`{"severityText":"\u0000\u0001\b\t\n\f\r\u001f\"\\\u007f"}`.replace(String.raw`\u007f`, "\u007f"),
  ),
  written(
    "protobuf quirk",
    "a message that comes in two parts is merged",
    [...any(...bytes(6, bytes(1, bytes(1, "a")))), ...any(...bytes(6, bytes(1, bytes(1, "b"))))],
    '{"body":{"kvlistValue":{"values":[{"key":"a"},{"key":"b"}]}}}',
  ),
  written(
    "protobuf quirk",
    "the last of two scalars wins",
    [...bytes(3, "first"), ...fixed64(1, 7n), ...bytes(3, "last")],
    '{"timeUnixNano":"7","severityText":"last"}',
  ),
  written(
    "protobuf quirk",
    "the last member of a oneof wins",
    any(...bytes(1, "text"), ...tag(3, 0), 5),
    '{"body":{"intValue":"5"}}',
  ),
  ...[true, false].map((isPacked): Case => {
    const numbers = isPacked
      ? [...bytes(6, littleEndian(1n, 8), littleEndian(2n ** 64n - 1n, 8)), ...bytes(7, [...double(0, 0.5)].slice(1))]
      : [...fixed64(6, 1n), ...fixed64(6, 2n ** 64n - 1n), ...double(7, 0.5)];
    const metric = bytes(2, bytes(9, bytes(1, numbers)));
    return {
      name: `protobuf quirk: repeated numbers that are ${isPacked ? "" : "not "}packed`,
      sent: { encoding: "protobuf", stream: "metrics", body: Uint8Array.from(bytes(1, bytes(2, metric))) },
      stored: metricJson(
        '{"histogram":{"dataPoints":[{"bucketCounts":["1","18446744073709551615"],"explicitBounds":[0.5]}]}}',
      ),
    };
  }),
  {
    name: "protobuf quirk: a wrong wire type of a known field is refused",
    sent: { encoding: "protobuf", body: logsRequest([...tag(1, 0), 1]) },
    rejected: `${LOG_PATH}.timeUnixNano`,
  },
  ...[
    ["field number 0", [0x02, 0x00]],
    ["the end of a group that never began", tag(9, 4)],
    ["wire type 6", tag(9, 6)],
    ["a varint that does not end", [...tag(2000, 0), ...Array.from({ length: 11 }, () => 0xff)]],
    ["a length beyond the end", [...tag(1, 2), 0x7f]],
  ].map(([what, wrong]): Case => ({
    name: `protobuf quirk: ${String(what)} is refused`,
    sent: { encoding: "protobuf", body: Uint8Array.from(Array.isArray(wrong) ? wrong : []) },
    rejected: /^Cannot read /,
  })),
  {
    name: "protobuf quirk: a Status of our own, sent by mistake, is told from a request",
    sent: { encoding: "protobuf", body: Uint8Array.from([...tag(1, 0), 3, ...bytes(2, "words")]) },
    rejected: "resourceLogs",
  },
  {
    name: "protobuf quirk: fields of every signal survive the order that JSON cannot follow",
    sent: {
      encoding: "protobuf",
      stream: "traces",
      body: Buffer.concat([
        protobufOf("traces", { resourceSpans: [{ schemaUrl: "one", scopeSpans: [{ spans: [{ name: "a" }] }] }] }),
        protobufOf("traces", { resourceSpans: [{ scopeSpans: [{ spans: [{ name: "b" }] }], schemaUrl: "two" }] }),
      ]),
    },
    stored: {
      resourceSpans: [
        { scopeSpans: [{ spans: [{ name: "a" }] }], schemaUrl: "one" },
        { scopeSpans: [{ spans: [{ name: "b" }] }], schemaUrl: "two" },
      ],
    },
    items: 2,
  },
]);
