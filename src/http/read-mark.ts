import { type Attributes, type JobMark, MARK_KINDS, RESULTS } from "../job-pipeline.ts";
import { isJsonObject } from "../lib/json-object.ts";
import { quoted, type Refusal, refuse } from "./refusals.ts";

/** Of a mark as JSON. The longest run of GitHub needs 3 KiB. */
export const MARK_MAX_BYTES = 16 * 1024;
/** A name of a step is rarely longer than a line; in characters. */
const NAME_MAX = 1024;
const VALUE_MAX = 1024;
const ATTRIBUTES_MAX = 64;
/** As the semantic conventions write names of attributes. */
const ATTRIBUTE_NAME = /^[a-z][a-z0-9_.]{0,127}$/;

const SOURCES = ["mark", "hook"] as const;
const KEYS = ["kind", "name", "result", "source", "attributes"];

/** What is wrong with a mark, for its sender. */
class MarkError extends Error {}

/**
 * A mark from its JSON, or why it is not taken. What it has to be, strictly: `kind` and `name`; `result` with an end;
 * `source`, which is `mark` when it is left out; `attributes`, an object of strings; nothing else.
 */
export function readMark(body: Uint8Array, atMs: number): JobMark | Refusal {
  try {
    return markOf(parse(body), atMs);
  } catch (error) {
    if (error instanceof MarkError) return refuse("mark", error.message);
    throw error;
  }
}

function markOf(value: unknown, atMs: number): JobMark {
  if (!isJsonObject(value)) throw new MarkError("it is no JSON object, one wanted");
  for (const key of Object.keys(value)) {
    if (!KEYS.includes(key)) throw new MarkError(`"${quoted(key)}" is no key of it, ${KEYS.join(", ")} wanted`);
  }
  const kind = choice("kind", value["kind"], MARK_KINDS);
  const result = value["result"] === undefined ? undefined : choice("result", value["result"], RESULTS);
  if (result !== undefined && !kind.endsWith("-end")) throw new MarkError(`"result" is of an end, "${kind}" given`);
  const attributes = value["attributes"] === undefined ? undefined : attributesOf(value["attributes"]);
  return {
    kind,
    name: text("name", value["name"], NAME_MAX),
    ...(result !== undefined && { result }),
    atMs,
    source: choice("source", value["source"] ?? "mark", SOURCES),
    ...(attributes !== undefined && { attributes }),
  };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new MarkError("it is no JSON in UTF-8");
  }
}

function choice<T extends string>(key: string, given: unknown, choices: readonly T[]): T {
  const found = choices.find((one) => one === given);
  if (found === undefined) throw new MarkError(`"${key}" is none of ${choices.join(", ")}`);
  return found;
}

/** A half of a pair of surrogates cannot be told in UTF-8; it becomes U+FFFD. */
function text(key: string, given: unknown, max: number): string {
  if (typeof given !== "string") throw new MarkError(`"${quoted(key)}" is no string, one wanted`);
  if (given.length > max || (key === "name" && given === "")) {
    throw new MarkError(`"${quoted(key)}" has ${given.length} characters, 1 to ${max} wanted`);
  }
  return given.toWellFormed();
}

function attributesOf(given: unknown): Attributes {
  if (!isJsonObject(given)) throw new MarkError(`"attributes" is no object, one wanted`);
  const entries = Object.entries(given);
  if (entries.length > ATTRIBUTES_MAX) {
    throw new MarkError(`"attributes" has ${entries.length} of them, at most ${ATTRIBUTES_MAX} wanted`);
  }
  const attributes = entries.map(([name, value]) => {
    if (!ATTRIBUTE_NAME.test(name)) throw new MarkError(`"${quoted(name)}" is no name of an attribute`);
    return [name, text(name, value, VALUE_MAX)] as const;
  });
  return Object.fromEntries(attributes);
}
