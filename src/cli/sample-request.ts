/** The smallest OTLP request with a log record in it, to be typed by hand. */
export const SAMPLE_REQUEST = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hello"}}]}]}]}';
