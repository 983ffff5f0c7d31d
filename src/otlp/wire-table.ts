/**
 * The wire of OTLP v1.11.0 (logs, metrics, traces) and of google.rpc.Status: every message, its fields, their numbers
 * and types. `schema.ts` makes the table usable, and the rest of this folder is driven by it.
 *
 * A field reads `jsonName: "number type"`; `Type[]` is repeated, `type | name` is a member of the oneof `name`.
 * `id16` and `id8` are bytes that OTLP/JSON writes as hex, `strindex` is an index into the string table of profiles,
 * which no other signal has. Explicit presence (`optional`) needs no mark, because what is on the wire is always written.
 */
export const ENUMS = {
  SeverityNumber: [
    "SEVERITY_NUMBER_UNSPECIFIED",
    ...["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].flatMap((name) =>
      ["", "2", "3", "4"].map((step) => `SEVERITY_NUMBER_${name}${step}`),
    ),
  ],
  SpanKind: ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"].map((name) => `SPAN_KIND_${name}`),
  StatusCode: ["UNSET", "OK", "ERROR"].map((name) => `STATUS_CODE_${name}`),
  AggregationTemporality: ["UNSPECIFIED", "DELTA", "CUMULATIVE"].map((name) => `AGGREGATION_TEMPORALITY_${name}`),
} as const satisfies Record<string, readonly string[]>;

export const SCALARS = [
  "string",
  "bool",
  "int32",
  "uint32",
  "sint32",
  "fixed32",
  "int64",
  "uint64",
  "fixed64",
  "sfixed64",
  "double",
  "bytes",
  "id16",
  "id8",
  "strindex",
] as const;

type Scalar = (typeof SCALARS)[number];
type FieldSpec = `${number} ${Scalar | keyof typeof ENUMS | MessageName}${"" | "[]" | ` | ${string}`}`;

export type MessageName =
  | `Export${"Logs" | "Metrics" | "Trace"}ServiceRequest`
  | `${"Resource" | "Scope"}${"Logs" | "Metrics" | "Spans"}`
  | ("Resource" | "EntityRef" | "InstrumentationScope" | "KeyValue" | "AnyValue" | "ArrayValue" | "KeyValueList")
  | ("LogRecord" | "Span" | "Event" | "Link" | "SpanStatus")
  | ("Metric" | "Gauge" | "Sum" | "Histogram" | "ExponentialHistogram" | "Summary" | "Exemplar" | "Buckets")
  | (
      | "NumberDataPoint"
      | "HistogramDataPoint"
      | "ExponentialHistogramDataPoint"
      | "SummaryDataPoint"
      | "ValueAtQuantile"
    )
  | ("Status" | "Any" | "BadRequest" | "FieldViolation" | "RetryInfo" | "Duration");

/** The items that are counted: log records, spans, data points. */
export const ITEM_MESSAGES: readonly MessageName[] = [
  "LogRecord",
  "Span",
  "NumberDataPoint",
  "HistogramDataPoint",
  "ExponentialHistogramDataPoint",
  "SummaryDataPoint",
];

export const MESSAGES: Readonly<Record<MessageName, Readonly<Record<string, FieldSpec>>>> = {
  ExportLogsServiceRequest: { resourceLogs: "1 ResourceLogs[]" },
  ExportMetricsServiceRequest: { resourceMetrics: "1 ResourceMetrics[]" },
  ExportTraceServiceRequest: { resourceSpans: "1 ResourceSpans[]" },

  ResourceLogs: { resource: "1 Resource", scopeLogs: "2 ScopeLogs[]", schemaUrl: "3 string" },
  ResourceMetrics: { resource: "1 Resource", scopeMetrics: "2 ScopeMetrics[]", schemaUrl: "3 string" },
  ResourceSpans: { resource: "1 Resource", scopeSpans: "2 ScopeSpans[]", schemaUrl: "3 string" },
  ScopeLogs: { scope: "1 InstrumentationScope", logRecords: "2 LogRecord[]", schemaUrl: "3 string" },
  ScopeMetrics: { scope: "1 InstrumentationScope", metrics: "2 Metric[]", schemaUrl: "3 string" },
  ScopeSpans: { scope: "1 InstrumentationScope", spans: "2 Span[]", schemaUrl: "3 string" },

  Resource: { attributes: "1 KeyValue[]", droppedAttributesCount: "2 uint32", entityRefs: "3 EntityRef[]" },
  EntityRef: { schemaUrl: "1 string", type: "2 string", idKeys: "3 string[]", descriptionKeys: "4 string[]" },
  InstrumentationScope: {
    name: "1 string",
    version: "2 string",
    attributes: "3 KeyValue[]",
    droppedAttributesCount: "4 uint32",
  },
  KeyValue: { key: "1 string", value: "2 AnyValue", keyStrindex: "3 strindex" },
  AnyValue: {
    stringValue: "1 string | value",
    boolValue: "2 bool | value",
    intValue: "3 int64 | value",
    doubleValue: "4 double | value",
    arrayValue: "5 ArrayValue | value",
    kvlistValue: "6 KeyValueList | value",
    bytesValue: "7 bytes | value",
    stringValueStrindex: "8 strindex",
  },
  ArrayValue: { values: "1 AnyValue[]" },
  KeyValueList: { values: "1 KeyValue[]" },

  LogRecord: {
    timeUnixNano: "1 fixed64",
    severityNumber: "2 SeverityNumber",
    severityText: "3 string",
    body: "5 AnyValue",
    attributes: "6 KeyValue[]",
    droppedAttributesCount: "7 uint32",
    flags: "8 fixed32",
    traceId: "9 id16",
    spanId: "10 id8",
    observedTimeUnixNano: "11 fixed64",
    eventName: "12 string",
  },

  Span: {
    traceId: "1 id16",
    spanId: "2 id8",
    traceState: "3 string",
    parentSpanId: "4 id8",
    name: "5 string",
    kind: "6 SpanKind",
    startTimeUnixNano: "7 fixed64",
    endTimeUnixNano: "8 fixed64",
    attributes: "9 KeyValue[]",
    droppedAttributesCount: "10 uint32",
    events: "11 Event[]",
    droppedEventsCount: "12 uint32",
    links: "13 Link[]",
    droppedLinksCount: "14 uint32",
    status: "15 SpanStatus",
    flags: "16 fixed32",
  },
  Event: {
    timeUnixNano: "1 fixed64",
    name: "2 string",
    attributes: "3 KeyValue[]",
    droppedAttributesCount: "4 uint32",
  },
  Link: {
    traceId: "1 id16",
    spanId: "2 id8",
    traceState: "3 string",
    attributes: "4 KeyValue[]",
    droppedAttributesCount: "5 uint32",
    flags: "6 fixed32",
  },
  SpanStatus: { message: "2 string", code: "3 StatusCode" },

  Metric: {
    name: "1 string",
    description: "2 string",
    unit: "3 string",
    gauge: "5 Gauge | data",
    sum: "7 Sum | data",
    histogram: "9 Histogram | data",
    exponentialHistogram: "10 ExponentialHistogram | data",
    summary: "11 Summary | data",
    metadata: "12 KeyValue[]",
  },
  Gauge: { dataPoints: "1 NumberDataPoint[]" },
  Sum: { dataPoints: "1 NumberDataPoint[]", aggregationTemporality: "2 AggregationTemporality", isMonotonic: "3 bool" },
  Histogram: { dataPoints: "1 HistogramDataPoint[]", aggregationTemporality: "2 AggregationTemporality" },
  ExponentialHistogram: {
    dataPoints: "1 ExponentialHistogramDataPoint[]",
    aggregationTemporality: "2 AggregationTemporality",
  },
  Summary: { dataPoints: "1 SummaryDataPoint[]" },
  NumberDataPoint: {
    startTimeUnixNano: "2 fixed64",
    timeUnixNano: "3 fixed64",
    asDouble: "4 double | value",
    exemplars: "5 Exemplar[]",
    asInt: "6 sfixed64 | value",
    attributes: "7 KeyValue[]",
    flags: "8 uint32",
  },
  HistogramDataPoint: {
    startTimeUnixNano: "2 fixed64",
    timeUnixNano: "3 fixed64",
    count: "4 fixed64",
    sum: "5 double",
    bucketCounts: "6 fixed64[]",
    explicitBounds: "7 double[]",
    exemplars: "8 Exemplar[]",
    attributes: "9 KeyValue[]",
    flags: "10 uint32",
    min: "11 double",
    max: "12 double",
  },
  ExponentialHistogramDataPoint: {
    attributes: "1 KeyValue[]",
    startTimeUnixNano: "2 fixed64",
    timeUnixNano: "3 fixed64",
    count: "4 fixed64",
    sum: "5 double",
    scale: "6 sint32",
    zeroCount: "7 fixed64",
    positive: "8 Buckets",
    negative: "9 Buckets",
    flags: "10 uint32",
    exemplars: "11 Exemplar[]",
    min: "12 double",
    max: "13 double",
    zeroThreshold: "14 double",
  },
  Buckets: { offset: "1 sint32", bucketCounts: "2 uint64[]" },
  SummaryDataPoint: {
    startTimeUnixNano: "2 fixed64",
    timeUnixNano: "3 fixed64",
    count: "4 fixed64",
    sum: "5 double",
    quantileValues: "6 ValueAtQuantile[]",
    attributes: "7 KeyValue[]",
    flags: "8 uint32",
  },
  ValueAtQuantile: { quantile: "1 double", value: "2 double" },
  Exemplar: {
    timeUnixNano: "2 fixed64",
    asDouble: "3 double | value",
    spanId: "4 id8",
    traceId: "5 id16",
    asInt: "6 sfixed64 | value",
    filteredAttributes: "7 KeyValue[]",
  },

  Status: { code: "1 int32", message: "2 string", details: "3 Any[]" },
  Any: { typeUrl: "1 string", value: "2 bytes" },
  BadRequest: { fieldViolations: "1 FieldViolation[]" },
  FieldViolation: { field: "1 string", description: "2 string" },
  RetryInfo: { retryDelay: "1 Duration" },
  Duration: { seconds: "1 int64", nanos: "2 int32" },
};
