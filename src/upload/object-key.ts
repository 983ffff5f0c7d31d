import { createHash } from "node:crypto";
import { STREAMS, type Stream } from "../pipeline.ts";

/** The name of the object alone, below the destination and this machine's folder there. */
export const OBJECT_KEY_DEFAULT = "{name}";
/** Of {agent} and {run}. */
const VALUE_MAX_CHARS = 64;
/** Of a part of the key, as file systems have it, with room for what a hidden file adds. */
const PART_MAX_CHARS = 200;
/** Fewer than the folders below a folder that are searched for objects. */
const FOLDERS_MAX = 8;
/** Of all folders together, as the header of a ring has room for them. */
export const FOLDERS_MAX_CHARS = 512;
const HASH_DIGITS = 8;
const SHARD_DIGITS = 2;
/** What a template may name, each with the characters of its longest value. The name is its own part. */
const LONGEST = {
  stream: Math.max(...STREAMS.map((stream) => stream.length)),
  date: "2026-11-22".length,
  hour: "09".length,
  agent: VALUE_MAX_CHARS,
  run: VALUE_MAX_CHARS,
  shard: SHARD_DIGITS,
  name: 0,
};
type Variable = keyof typeof LONGEST;
const FORMS = Object.keys(LONGEST).map((name) => `{${name}}`);
/** Stands for a value that is not known. */
const NOTHING = "none";

/** What the template of a key is filled with when a batch is sealed. */
export interface KeyValues {
  readonly stream: Stream;
  /** Tells this machine from others. */
  readonly agent: string;
  /** Undefined when it is not known. Text of the job, never to be trusted. */
  readonly run: string | undefined;
}

/** What a template must be instead, for people; undefined when it can be used. Pure. */
export function wantedObjectKey(template: string): string | undefined {
  const unknown = template.match(/\{[^{}]*\}/g)?.find((form) => !FORMS.includes(form));
  if (unknown !== undefined) return `no ${unknown}; the variables are ${FORMS.join(" ")}`;
  const parts = template.split("/");
  const folders = parts.slice(0, -1);
  if (template.startsWith("/")) return "a path below the destination, which does not begin with /";
  if (parts.includes("")) return "parts that are not empty, with one / between them";
  if (parts.some((part) => part.startsWith("."))) return "parts that do not begin with a dot";
  if (parts.at(-1) !== "{name}" || folders.some((part) => part.includes("{name}"))) {
    return "{name} as the last part, and nowhere else: readers know an object by it";
  }
  const literal = template.replaceAll(/\{\w+\}/g, "");
  if (/[^A-Za-z0-9._=/-]/.test(literal)) return "letters, digits and ._=- between the variables";
  if (folders.length > FOLDERS_MAX) return `at most ${FOLDERS_MAX} folders before {name}`;
  if (folders.some((part) => longest(part) > PART_MAX_CHARS)) return `parts of at most ${PART_MAX_CHARS} characters`;
  return longestFolders(template) > FOLDERS_MAX_CHARS
    ? `folders of at most ${FOLDERS_MAX_CHARS} characters together`
    : undefined;
}

/** Whether keys of this template tell machines apart by themselves. */
export function namesAgent(template: string): boolean {
  return template.includes("{agent}");
}

/** The characters of the longest folders that a template can become, slashes included. */
export function longestFolders(template: string): number {
  return longest(template.slice(0, Math.max(0, template.lastIndexOf("/"))));
}

/**
 * The folders of a batch: everything of the template but the name, with `{date}` and `{hour}` left for the name to decide.
 * Empty when the template is the name alone. Pure.
 */
export function foldersOf(template: string, { stream, agent, run }: KeyValues): string {
  const values: Readonly<Record<Variable, string>> = {
    stream,
    date: "{date}",
    hour: "{hour}",
    agent: keyValue(agent),
    run: keyValue(run ?? ""),
    shard: hexOf(agent, SHARD_DIGITS),
    name: "",
  };
  const folders = template.slice(0, Math.max(0, template.lastIndexOf("/")));
  return folders.replaceAll(/\{(\w+)\}/g, (form, name: string) => (isVariable(name) ? values[name] : form));
}

/**
 * A value as a key can have it. Characters other than `[A-Za-z0-9._=-]` become something else, and so do a dot or an
 * underscore in front, because many readers pass such folders over; what is too long is cut. Then a hash keeps two
 * values apart that would look the same.
 */
function keyValue(text: string): string {
  if (text === "") return NOTHING;
  const clean = text.replaceAll(/[^A-Za-z0-9._=-]/g, "-").replace(/^[._]/, "-");
  if (clean === text && text.length <= VALUE_MAX_CHARS) return text;
  return `${clean.slice(0, VALUE_MAX_CHARS - HASH_DIGITS - 1)}-${hexOf(text, HASH_DIGITS)}`;
}

function hexOf(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}

/** The characters of the longest text that a part of a template can become. */
function longest(part: string): number {
  return part.replaceAll(/\{(\w+)\}/g, (form, name: string) => (isVariable(name) ? "x".repeat(LONGEST[name]) : form))
    .length;
}

function isVariable(name: string): name is Variable {
  return Object.hasOwn(LONGEST, name);
}
