/** JSON as senders write it, and as nobody should. */
import type { Random } from "../chaos/random.ts";
import { someLength, type Weighted, weighted } from "./choice.ts";
import { damaged } from "./damage.ts";

/** Strings, words and numbers, brackets, white space, and whatever else. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[\w.+-]+|[{}[\],:]|\s+|./gsu;
const ODD_TOKENS: readonly string[] = [
  ...`{ } [ ] , : {} [] null true NaN - nul // 'a' é 😀 \u0000 \u2028 \u00a0 \ufeff`.split(" "),
  ...`0 -0 01 1. .5 1e5 1e400 -1e-400 1.5 -1 4294967296 9007199254740993 18446744073709551616 0x10`.split(" "),
  ...String.raw`" "" "\u" "\ud800" "\udc00\ud800" "\x" "NaN" "-Infinity" "1e2" "AA" "5b8efff798038103d269b633813fc60c"`.split(
    " ",
  ),
  ...`"resourceLogs" "scopeSpans" "body" "asInt" "SPAN_KIND_SERVER"`.split(" "),
  ..."\n \r\n \t".split(" "),
  '"\n"',
  "9".repeat(400),
  `0.${"1".repeat(400)}`,
  `1e${"9".repeat(30)}`,
];
/** Below, at and above the limit of 100, and far beyond any stack. */
const DEPTHS: readonly number[] = [3, 40, 47, 48, 98, 99, 100, 101, 1000, 20_000];

type Change = (body: Uint8Array, random: Random) => Uint8Array;

const CHANGES: Weighted<Change> = [
  [40, (body) => body],
  [10, (body, random) => bytesOf(JSON.stringify(JSON.parse(textOf(body)), null, random.pick(["\n", "\r\n", "\t", 2])))],
  [25, (body, random) => bytesOf(oddTokens(textOf(body), random))],
  [10, damaged],
  [5, (body, random) => bytesOf(textOf(body).replace(/\}$/, `,"x":${nested(random)}}`))],
  [5, (body, random) => withRawBytes(body, random)],
  [2, (_, random) => bytesOf(Array.from({ length: someLength(random, 60) }, () => random.pick(ODD_TOKENS)).join(""))],
  [2, (body) => Buffer.concat([Buffer.from("\ufeff"), body])],
  // Whole before its end comes: a sender that breaks off there must not find it stored.
  [5, (body) => Buffer.concat([body, Buffer.from(" \n   ")])],
  [1, (_, random) => bytesOf(random.pick(["", "{}", " {}\n", "null", "[]", "1", '"a"', '{"resourceLogs":[]}']))],
];

/** A body made of `valid`, a JSON object; some bodies are `valid` itself. */
export function jsonBody(valid: Uint8Array, random: Random): Uint8Array {
  return weighted(random, CHANGES)(valid, random);
}

/** A few tokens are dropped, doubled, replaced, or have one put before them. */
function oddTokens(text: string, random: Random): string {
  const tokens: string[] = text.match(TOKEN) ?? [];
  for (let left = someLength(random, 5); left > 0; left--) {
    const at = random.int(0, Math.max(0, tokens.length - 1));
    const odd = random.chance(0.8) ? random.pick(ODD_TOKENS) : (tokens[random.int(0, tokens.length)] ?? "");
    tokens.splice(at, random.int(0, 1), ...random.pick([[odd], [odd], [odd], [], [tokens[at] ?? ""]]));
  }
  return tokens.join("");
}

function nested(random: Random): string {
  const depth = random.pick(DEPTHS);
  const [open, close] = random.pick([
    ["[", "]"],
    ['{"a":', "}"],
    ['{"arrayValue":{"values":[', "]}}"],
    ['[{"kvlistValue":', "}]"],
  ] as const);
  return open.repeat(depth) + random.pick(["", "{}", "1"]) + close.repeat(random.chance(0.8) ? depth : depth - 1);
}

/** Bytes that are no UTF-8, or control characters, at the beginning of some string. */
function withRawBytes(body: Uint8Array, random: Random): Uint8Array {
  const text = textOf(body);
  const quotes = [...text.matchAll(/"/g)].map(({ index }) => index + 1);
  const at = quotes.length === 0 ? 0 : random.pick(quotes);
  const raw = random.pick([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x01]]);
  return Buffer.concat([
    bytesOf(text.slice(0, at)),
    Buffer.from(raw.flatMap((byte) => Array.from({ length: random.pick([1, 1, 1, 50]) }, () => byte))),
    bytesOf(text.slice(at)),
  ]);
}

function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
