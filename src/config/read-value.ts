import { Value } from "@sinclair/typebox/value";
import { parseByteSize } from "./byte-size.ts";
import { parseDuration } from "./duration.ts";
import type { OptionKind } from "./option-kinds.ts";
import type { Option, OptionValue } from "./options.ts";

/** Reads a flag or an environment variable. Undefined when it is not what the option wants. */
export function readText(option: Option, text: string): OptionValue | undefined {
  return checked(option, READERS[option.kind](text));
}

/**
 * Reads a value of the settings file. Undefined when it is not what the option wants. Types are strict: "1000" is no
 * number, and 60 is no duration, because it has no unit.
 */
export function readJson(option: Option, value: unknown): OptionValue | undefined {
  const written = typeof value === "string" && (option.kind === "duration" || option.kind === "size");
  if (option.kind === "duration" && !written) return undefined;
  return checked(option, written ? READERS[option.kind](value) : value);
}

/** From text to a value that is checked afterwards; undefined when it cannot be one. */
const READERS: Readonly<Record<OptionKind, (text: string) => unknown>> = {
  boolean: (text) => BOOLEANS.get(text),
  integer: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
  duration: parseDuration,
  size: parseByteSize,
  list: listOf,
  choice: (text) => text,
  text: (text) => text,
};

const BOOLEANS = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/** `a,b`, or a JSON array for globs that contain commas, such as `*.{log,txt}`. */
function listOf(text: string): unknown {
  if (!text.startsWith("[")) return text.split(",").map((part) => part.trim());
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checked({ schema }: Option, value: unknown): OptionValue | undefined {
  return Value.Check(schema, value) && isOptionValue(value) ? value : undefined;
}

function isOptionValue(value: unknown): value is OptionValue {
  return ["boolean", "number", "string"].includes(typeof value) || Array.isArray(value);
}
