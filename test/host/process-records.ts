import { arrayAt, valueAt } from "../support/json.ts";

/** Attributes by name, whole numbers as numbers, and the ids of the span if there are any. */
export type ProcessRecord = Readonly<Record<string, unknown>>;

/** The record of a line with this body, and of this process if one is given. */
export function recordIn(line: string, body: string, pid?: number): ProcessRecord | undefined {
  const request: unknown = JSON.parse(line);
  const record = arrayAt(request, "resourceLogs", 0, "scopeLogs", 0, "logRecords").find(
    (candidate) =>
      valueAt(candidate, "body", "stringValue") === body && (pid === undefined || pidOf(candidate) === String(pid)),
  );
  if (record === undefined) return undefined;
  const attributes = arrayAt(record, "attributes").map((attribute): [string, unknown] => {
    const whole = valueAt(attribute, "value", "intValue");
    const other = valueAt(attribute, "value", "doubleValue") ?? valueAt(attribute, "value", "stringValue");
    return [String(valueAt(attribute, "key")), whole === undefined ? other : Number(whole)];
  });
  const [traceId, spanId] = [valueAt(record, "traceId"), valueAt(record, "spanId")];
  return { ...Object.fromEntries(attributes), ...(traceId === undefined ? {} : { traceId, spanId }) };
}

function pidOf(record: unknown): unknown {
  const attribute = arrayAt(record, "attributes").find((candidate) => valueAt(candidate, "key") === "process.pid");
  return valueAt(attribute, "value", "intValue");
}
