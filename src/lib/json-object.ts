export type JsonObject = Readonly<Record<string, unknown>>;

/** True for `{…}`, false for arrays and null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a key path, `telemetry.port`; undefined when there is none. */
export function valueAt(root: JsonObject, key: string): unknown {
  return key.split(".").reduce<unknown>((value, name) => {
    return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }, root);
}

/** `null`, `an array`, `a number`: for messages. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
