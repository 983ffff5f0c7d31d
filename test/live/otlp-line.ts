/** A line of logs, one record a text. */
export function logLine(...texts: readonly string[]): Buffer {
  const logRecords = texts.map((stringValue, at) => ({
    timeUnixNano: `${1_795_764_308_000 + at}000000`,
    severityNumber: 9,
    body: { stringValue },
  }));
  return Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
}

/** A line of spans of one trace, one span for each name or record. */
export function spanLine(...told: readonly (string | object)[]): Buffer {
  const spans = told.map((one, at) => ({
    traceId: "5b8efff798038103d269b633813fc60c",
    spanId: (at + 1).toString(16).padStart(16, "0"),
    startTimeUnixNano: `${1_795_764_308_000 + at}000000`,
    endTimeUnixNano: `${1_795_764_308_500 + at}000000`,
    ...(typeof one === "string" ? { name: one } : one),
  }));
  const attributes = [{ key: "service.name", value: { stringValue: "tests" } }];
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }));
}
