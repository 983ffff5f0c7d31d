import { KindGuard, type TObject, type TSchema } from "@sinclair/typebox";
import { formatByteSize } from "./byte-size.ts";
import { formatDuration } from "./duration.ts";
import type { OptionFacts, OptionKind } from "./option-kinds.ts";
import { ConfigSchema } from "./schema.ts";

/** A leaf of the schema with its three places. Everything that is derived from the schema starts here. */
export interface Option extends OptionFacts {
  /** Where the value stands in the configuration: `["collector", "path"]`. */
  readonly at: readonly string[];
  /** `WARP_TELEMETRY_COLLECTOR_PATH`: the key without `telemetry.`, in capitals. */
  readonly environmentName: string;
  /** The flag without its value: `--collector-path`. */
  readonly flagName?: string;
  readonly kind: OptionKind;
  readonly schema: TSchema;
  readonly default: OptionValue | undefined;
  /** The range of a number, for people: "1s to 24h". */
  readonly range?: string;
  /** What is allowed, for people: "a whole number from 0 to 65535". */
  readonly wanted: string;
}

export type OptionValue = boolean | number | string | readonly string[];

/** How numbers of a kind are shown. */
const NUMBERS: Readonly<Partial<Record<OptionKind, (value: number) => string>>> = {
  integer: String,
  duration: formatDuration,
  size: formatByteSize,
};

export const OPTIONS: readonly Option[] = optionsOf(ConfigSchema, []);

/** The objects of the settings file that hold options: `telemetry`, `telemetry.collector`, `agent`. */
export const SETTINGS_SECTIONS: readonly string[] = [
  ...new Set(OPTIONS.map(({ key }) => key.slice(0, key.lastIndexOf(".")))),
];

function optionsOf(schema: TObject, above: readonly string[]): Option[] {
  return Object.entries(schema.properties).flatMap(([name, inner]) => {
    const at = [...above, name];
    return KindGuard.IsObject(inner) ? optionsOf(inner, at) : [optionOf(at, inner)];
  });
}

function optionOf(at: readonly string[], schema: TSchema): Option {
  // TypeBox types unknown keywords as `any`. They are there, because option-kinds.ts makes every leaf.
  const facts: OptionFacts = schema["option"];
  const kind: OptionKind = schema["kind"];
  const flagName = facts.flag?.split(" ")[0];
  const range = rangeOf(kind, schema);
  return {
    ...facts,
    at,
    environmentName: `WARP_TELEMETRY_${facts.key
      .replace(/^telemetry\./, "")
      .replaceAll(".", "_")
      .toUpperCase()}`,
    ...(flagName === undefined ? {} : { flagName }),
    kind,
    schema,
    default: schema["default"],
    ...(range === undefined ? {} : { range }),
    wanted: wantedOf(kind, schema, range, facts.wanted),
  };
}

function rangeOf(kind: OptionKind, schema: TSchema): string | undefined {
  const show = NUMBERS[kind];
  return show && `${show(schema["minimum"])} to ${show(schema["maximum"])}`;
}

function wantedOf(kind: OptionKind, schema: TSchema, range = "", text = "text"): string {
  const wanted: Readonly<Record<OptionKind, string>> = {
    boolean: "true or false",
    integer: `a whole number from ${range}`,
    duration: `a duration from ${range}, such as "60s" or "1m30s"`,
    size: `a size from ${range}, such as "32MiB", "8MB" or a number of bytes`,
    choice: alternatives(schema["values"] ?? []),
    list: `a list of ${text}`,
    text,
  };
  return wanted[kind];
}

/** `a, b or c`. */
function alternatives(words: readonly string[]): string {
  return words.join(", ").replace(/, ([^,]*)$/, " or $1");
}
