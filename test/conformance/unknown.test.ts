/** Item 32: names and fields that nobody knows are passed over, wherever they stand. */
import { setDefaultTimeout } from "bun:test";
import type { Signal } from "../../src/pipeline.ts";
import { bytes, fixed32, fixed64, tag, varint } from "../otlp/wire-bytes.ts";
import { type Case, describeCases } from "./cases.ts";

setDefaultTimeout(60_000);

const FULL: Readonly<Record<Signal, object>> = {
  logs: {
    resourceLogs: [
      {
        resource: { attributes: [{ key: "r", value: { stringValue: "v" } }], entityRefs: [{ type: "host" }] },
        scopeLogs: [
          {
            scope: { name: "s", attributes: [{ key: "s", value: { arrayValue: { values: [{ intValue: "1" }] } } }] },
            logRecords: [{ timeUnixNano: "1", body: { kvlistValue: { values: [{ key: "k", value: {} }] } } }],
          },
        ],
      },
    ],
  },
  traces: {
    resourceSpans: [
      { scopeSpans: [{ spans: [{ name: "n", events: [{ name: "e" }], links: [{}], status: { code: 2 } }] }] },
    ],
  },
  metrics: {
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              { name: "g", gauge: { dataPoints: [{ asDouble: 1, exemplars: [{ asInt: "1" }] }] } },
              { name: "h", histogram: { dataPoints: [{ count: "1" }] } },
              { name: "e", exponentialHistogram: { dataPoints: [{ positive: { offset: 1 }, negative: {} }] } },
              { name: "s", summary: { dataPoints: [{ quantileValues: [{ quantile: 0.5 }] }] } },
            ],
          },
        ],
      },
    ],
  },
};
const ITEMS: Readonly<Record<Signal, number>> = { logs: 1, traces: 1, metrics: 4 };
const SIGNALS = ["logs", "metrics", "traces"] as const;

let unknownKeys = 0;

/** A key that nobody knows in every object. */
function withUnknownKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withUnknownKeys);
  if (typeof value !== "object" || value === null) return value;
  unknownKeys++;
  const members = Object.entries(value).map(([key, member]) => [key, withUnknownKeys(member)] as const);
  return { fromTheFuture: [{ a: null }, 1, "x"], ...Object.fromEntries(members) };
}

const unknownNames = SIGNALS.map((stream): Case => {
  unknownKeys = 0;
  const body = JSON.stringify(withUnknownKeys(FULL[stream]));
  return {
    name: `item 32: names that nobody knows, in every object of ${stream}`,
    sent: { encoding: "json", stream, body },
    notes: { "unknown-key": unknownKeys },
    items: ITEMS[stream],
  };
});

/** Of every wire type, and a group in a group. */
const UNKNOWN_FIELDS = [
  ...tag(2000, 0),
  ...varint(2n ** 64n - 1n),
  ...fixed64(2001, 1n),
  ...bytes(2002, "from the future"),
  ...tag(2003, 3),
  ...bytes(1, "in a group"),
  ...tag(2, 3),
  ...tag(2, 4),
  ...tag(2003, 4),
  ...fixed32(2004, 1),
];
const UNKNOWN_COUNT = 5;

/** Unknown fields in front of all others of every message from the request down to the innermost value. */
const unknownFields = (): Uint8Array => {
  const value = bytes(1, "v");
  const attribute = bytes(6, UNKNOWN_FIELDS, bytes(1, "k"), bytes(2, UNKNOWN_FIELDS, value));
  const record = bytes(2, UNKNOWN_FIELDS, fixed64(1, 1n), attribute);
  const scope = bytes(1, UNKNOWN_FIELDS, bytes(1, "s"));
  const resource = bytes(1, UNKNOWN_FIELDS, bytes(1, UNKNOWN_FIELDS, bytes(1, "r")));
  const scopeLogs = bytes(2, UNKNOWN_FIELDS, scope, record);
  return Uint8Array.from([...UNKNOWN_FIELDS, ...bytes(1, UNKNOWN_FIELDS, resource, scopeLogs), ...UNKNOWN_FIELDS]);
};

describeCases("what nobody knows", [
  ...unknownNames,
  {
    name: "item 32: fields that nobody knows, of every wire type, in every message",
    sent: { encoding: "protobuf", body: unknownFields() },
    stored: {
      resourceLogs: [
        {
          resource: { attributes: [{ key: "r" }] },
          scopeLogs: [
            {
              scope: { name: "s" },
              logRecords: [{ timeUnixNano: "1", attributes: [{ key: "k", value: { stringValue: "v" } }] }],
            },
          ],
        },
      ],
    },
    notes: { "unknown-field": UNKNOWN_COUNT * 10 },
  },
]);
