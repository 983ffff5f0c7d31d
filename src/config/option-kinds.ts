import { Type } from "@sinclair/typebox";

/**
 * The kinds of value an option can have. Each builder makes a TypeBox schema of the value as it is used. Under the keyword
 * `option` the schema also carries what people read about the option.
 */
export type OptionKind = "boolean" | "integer" | "duration" | "size" | "text" | "choice" | "list";

export const OPTION_GROUPS = ["Receiver", "Buffer and upload", "Collector", "Job and machine", "Log", "Agent"] as const;
export type OptionGroup = (typeof OPTION_GROUPS)[number];

export interface OptionFacts {
  /** Key path in the settings file: `telemetry.collector.path`. */
  readonly key: string;
  /** A few words for `--help`, without default and range. */
  readonly description: string;
  /** Whole sentences, in Markdown, for the page about the configuration. Default: the description. */
  readonly detail?: string;
  readonly group: OptionGroup;
  /** `--name <value>`. Absent: no flag. A secret never has one, because every user of a machine can read flags. */
  readonly flag?: string;
  /** What a text may be, for people. */
  readonly wanted?: string;
  /**
   * What a text that has the right shape, or one of a list, must be instead, for people; undefined when it is right.
   * `variables` are those of the environment.
   */
  readonly check?: (text: string, variables: Readonly<Record<string, string | undefined>>) => string | undefined;
  /** The form in which a text, or each of a list, is used. */
  readonly form?: (text: string, workingDirectory: string) => string;
  /** Never shown, not even when it is wrong. */
  readonly secret?: boolean;
  /** What is used when no value is given, for options without a fixed default. */
  readonly otherwise?: string;
}

interface NumberFacts extends OptionFacts {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
}

interface TextFacts extends OptionFacts {
  /** Regular expression for the whole text. */
  readonly pattern: string;
  readonly wanted: string;
}

export function boolean(facts: OptionFacts & { readonly default: boolean }) {
  return Type.Boolean({ default: facts.default, kind: "boolean", option: facts });
}

export function integer(facts: NumberFacts) {
  return number("integer", facts);
}

/** Milliseconds. */
export function duration(facts: NumberFacts) {
  return number("duration", facts);
}

/** Bytes. */
export function size(facts: NumberFacts) {
  return number("size", facts);
}

export function text(facts: TextFacts & { readonly default: string }) {
  return Type.String({ default: facts.default, pattern: facts.pattern, kind: "text", option: facts });
}

export function optionalText(facts: TextFacts) {
  return Type.Optional(Type.String({ pattern: facts.pattern, kind: "text", option: facts }));
}

/** Texts, none by default; its flag may be given more than once. */
export function list(facts: TextFacts) {
  return Type.Array(Type.String({ pattern: facts.pattern }), { default: [], kind: "list", option: facts });
}

export function choice<const Values extends readonly string[]>(
  facts: OptionFacts & { readonly values: Values; readonly default: Values[number] },
) {
  const pattern = `^(${facts.values.join("|")})$`;
  return Type.Unsafe<Values[number]>(
    Type.String({ default: facts.default, pattern, kind: "choice", values: facts.values, option: facts }),
  );
}

function number(kind: OptionKind, facts: NumberFacts) {
  const { minimum, maximum } = facts;
  return Type.Integer({ default: facts.default, minimum, maximum, kind, option: facts });
}
