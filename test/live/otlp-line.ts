/** A line of logs, one record a text. */
export function logLine(...texts: readonly string[]): Buffer {
  const logRecords = texts.map((stringValue, at) => ({
    timeUnixNano: `${1_795_764_308_000 + at}000000`,
    severityNumber: 9,
    body: { stringValue },
  }));
  return Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
}
