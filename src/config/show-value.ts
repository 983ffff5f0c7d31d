import { formatByteSize } from "./byte-size.ts";
import { withoutUrlSecrets } from "./destination.ts";
import { formatDuration } from "./duration.ts";
import type { Option, OptionValue } from "./options.ts";

const HIDDEN = "(hidden)";
/** Enough to recognise the value. */
const GIVEN_MAX_LENGTH = 200;

/** How people see a value that is in force: `60s`, `32MiB`. Hides secrets; empty when there is no value. */
export function showValue({ kind, secret }: Option, value: OptionValue | undefined): string {
  if (value === undefined) return "";
  if (secret === true) return HIDDEN;
  if (typeof value === "number" && kind === "duration") return formatDuration(value);
  if (typeof value === "number" && kind === "size") return formatByteSize(value);
  return typeof value === "object" ? value.join(", ") : withoutUrlSecrets(String(value));
}

/** How people see a value that is wrong: as it was written, `"70000"`, and shortened. Hides secrets. */
export function showGiven({ secret }: Option, value: unknown): string {
  if (secret === true) return HIDDEN;
  const text = withoutUrlSecrets(JSON.stringify(value));
  return text.length > GIVEN_MAX_LENGTH ? `${text.slice(0, GIVEN_MAX_LENGTH)}…` : text;
}
