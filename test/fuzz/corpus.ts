/** Valid requests of real shape, each in both encodings, with a mark by which its line can be found again. */
import fc from "fast-check";
import type { Encoding } from "../../src/otlp/export-request.ts";
import type { Signal } from "../../src/pipeline.ts";
import type { Random } from "../chaos/random.ts";
import { request } from "../otlp/generated.ts";
import { encode, otlpJson, REQUEST_TYPES } from "../otlp/oracle.ts";
import { replaced } from "./damage.ts";

/** Requests of each signal. The corpus is the same in every run: a seed chooses from it. */
const SIZE = 16;
const CORPUS_SEED = 1;
/** Never part of a generated request. As long as a mark, so that lengths inside protobuf stay right. */
const UNMARKED = "case-########-#";
const RESOURCES: Readonly<Record<Signal, string>> = {
  logs: "resourceLogs",
  metrics: "resourceMetrics",
  traces: "resourceSpans",
};
/** In what was stored: the number of the case, and which of its requests it was. */
export const MARK = /case-(\d{8})-(\d)/;

/** One request in both encodings; the last byte of the JSON is its closing brace. */
type Entry = Readonly<Record<Encoding, Uint8Array>>;

const corpus = new Map<Signal, readonly Entry[]>();

/** A valid request, marked as request `index` of case `number`. */
export function validBody(signal: Signal, encoding: Encoding, random: Random, mark: string): Uint8Array {
  const body = random.pick(entriesOf(signal))[encoding];
  return replaced(
    body,
    Buffer.from(body.buffer, body.byteOffset, body.length).indexOf(UNMARKED),
    mark.length,
    Buffer.from(mark),
  );
}

/** `number` below 10^8, `index` below 10. */
export function markOf(number: number, index: number): string {
  return `case-${String(number).padStart(8, "0")}-${index}`;
}

function entriesOf(signal: Signal): readonly Entry[] {
  const known = corpus.get(signal);
  if (known !== undefined) return known;
  const type = REQUEST_TYPES[signal];
  const entries = fc.sample(request(signal), { seed: CORPUS_SEED, numRuns: SIZE }).map((value): Entry => {
    const protobuf = encode(type, withMark(signal, value));
    return { protobuf, json: new TextEncoder().encode(JSON.stringify(otlpJson(type, protobuf)).toWellFormed()) };
  });
  corpus.set(signal, entries);
  return entries;
}

/** In an attribute of a resource of its own, in front. */
function withMark(signal: Signal, value: object): object {
  const resource = { attributes: [{ key: "mark", value: { stringValue: UNMARKED } }] };
  const others: unknown = new Map(Object.entries(value)).get(RESOURCES[signal]);
  return { [RESOURCES[signal]]: [{ resource }, ...(Array.isArray(others) ? others : [])] };
}
