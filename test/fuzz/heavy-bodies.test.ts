/**
 * The longest body of each shape that costs more for a byte than others do: what no telemetry looks like, but anyone on
 * the machine can send. Each is answered within a second, and leaves the memory where it was.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Encoding } from "../../src/otlp/export-request.ts";
import type { Stream } from "../../src/pipeline.ts";
import { type Sent, send } from "../conformance/conversation.ts";
import { LiveAgent } from "../conformance/live-agent.ts";
import { needs } from "../support/built.ts";
import { expectWithin } from "../support/pace.ts";
import { ANSWER_MAX_MS } from "./faults.ts";
import { delimited } from "./protobuf-bodies.ts";

setDefaultTimeout(60_000);

/** Just below the default of max_request_bytes, to leave room for what is around. */
const BYTES = 16 * 1024 * 1024 - 1000;
/**
 * 80 MiB of the executable's pages and its runtime, 32 of the ring that is written, and fourteen times the longest body:
 * as it arrives, as it is kept, decompressed, put in order, as a line; the rest for garbage, of which a number that has
 * to be looked at as text leaves some tens of bytes.
 */
const PEAK_MAX_MIB = 80 + 32 + 14 * 16;
/** A machine that is busy elsewhere makes anything slow once. */
const ATTEMPTS = 3;

/** As often as it fits. */
const filled = (pattern: string | readonly number[], bytes = BYTES): Buffer =>
  Buffer.alloc(bytes, typeof pattern === "string" ? pattern : Uint8Array.from(pattern));
const ofRecord = (open: string, inside: Buffer, close = ""): Buffer =>
  Buffer.concat([
    Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${open}`),
    inside,
    Buffer.from(`${close}]}]}]}`),
  ]);
const LEAST = '{"body":{"intValue":-9223372036854775808}},';
const ofCounts = (counts: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{"bucketCounts":['),
    counts,
    Buffer.from("1]}]}}]}]}]}"),
  ]);
const inMessages = (numbers: readonly number[], inside: Uint8Array): Uint8Array =>
  numbers.toReversed().reduce((payload: Uint8Array, number) => delimited(number, payload), inside);
/** Field numbers from a request down to an item's fields. */
const RECORD = [1, 2, 2];
const HISTOGRAM_POINT = [1, 2, 2, 9, 1];
const listIn = (lists: number): Uint8Array =>
  inMessages(
    Array(2 * lists)
      .fill(5)
      .map((five, n) => (n % 2 === 0 ? five : 1)),
    new Uint8Array(0),
  );

/** Arrays of one, each given twice, empty the first time: out of order at every level. */
function outOfOrder(levels: number): Uint8Array {
  let nested = delimited(1, filled("x", BYTES - 1000));
  for (let level = 0; level < levels; level++) {
    nested = Buffer.concat([delimited(5, new Uint8Array(0)), delimited(5, delimited(1, nested))]);
  }
  return inMessages([...RECORD, 5], nested);
}

const SHAPES: readonly (readonly [
  what: string,
  encoding: Encoding,
  body: () => Uint8Array,
  more?: { stream?: Stream; coding?: string },
])[] = [
  [
    "escapes of lone surrogates",
    "json",
    () => ofRecord('{"body":{"stringValue":"', filled("\\ud800", BYTES - (BYTES % 6)), '"}}'),
  ],
  [
    "bytes that are no UTF-8",
    "json",
    () => ofRecord('{"body":{"stringValue":"', filled([0xff, 0x61], BYTES / 2), '"}}'),
  ],
  ["line breaks between tokens", "json", () => ofRecord("", filled("\r\n"))],
  ["empty records", "json", () => ofRecord("", filled("{},"), "{}")],
  ["one key again and again", "json", () => ofRecord("{", filled('"a":1,', BYTES - (BYTES % 6)), '"a":1}')],
  ["one long number", "json", () => ofRecord('{"timeUnixNano":', filled("1"), "}")],
  ["numbers with an exponent", "json", () => ofRecord("", filled('{"timeUnixNano":1e5},', BYTES - (BYTES % 21)), "{}")],
  ["the least of all integers", "json", () => ofRecord("", filled(LEAST, BYTES - (BYTES % LEAST.length)), "{}")],
  ["escaped keys", "json", () => ofRecord("{", filled('"\\u0061":1,', BYTES - (BYTES % 11)), '"a":1}')],
  ["counts with an exponent", "json", () => ofCounts(filled("1e1,", BYTES - (BYTES % 4))), { stream: "metrics" }],
  ["empty messages", "protobuf", () => filled([0x0a, 0x00])],
  ["unknown fields", "protobuf", () => inMessages(RECORD, filled([0xf8, 0x07, 0x01], BYTES - (BYTES % 3)))],
  ["groups in groups", "protobuf", () => filled([0x7b])],
  [
    "one body in many parts",
    "protobuf",
    () => inMessages(RECORD, filled([...inMessages([5, 1], Buffer.from("a"))], BYTES - (BYTES % 5))),
  ],
  [
    "one map in many parts",
    "protobuf",
    () => inMessages(RECORD, filled([...inMessages([5, 6, 1], new Uint8Array(0))], BYTES - (BYTES % 6))),
  ],
  [
    "one deep list in many parts",
    "protobuf",
    () => inMessages(RECORD, Buffer.concat(Array(20_000).fill(delimited(5, listIn(40))))),
  ],
  ["text below 45 levels out of order", "protobuf", () => outOfOrder(45)],
  [
    "fields in turns",
    "protobuf",
    () => inMessages(RECORD, filled([0x1a, 0x01, 0x61, 0x2a, 0x03, 0x0a, 0x01, 0x78], BYTES - (BYTES % 8))),
  ],
  [
    "lists in turns",
    "protobuf",
    () =>
      inMessages(HISTOGRAM_POINT, filled([0x31, ...Array(8).fill(1), 0x39, ...Array(8).fill(1)], BYTES - (BYTES % 18))),
    { stream: "metrics" },
  ],
  ["empty gzip members", "json", () => filled([...gzipSync("")], BYTES - (BYTES % 20)), { coding: "gzip" }],
  [
    "empty zstd frames",
    "json",
    () => filled([...zstdCompressSync("")], BYTES - (BYTES % zstdCompressSync("").length)),
    { coding: "zstd" },
  ],
  [
    "empty zlib blocks",
    "json",
    () => Buffer.concat([Uint8Array.of(0x78, 0x9c), filled([0, 0, 0, 0xff, 0xff])]),
    { coding: "deflate" },
  ],
];

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("16 MiB of"), () => {
  test.each(SHAPES)("%s (%s)", async (_, encoding, body, { stream = "logs", coding } = {}) => {
    await using live = await LiveAgent.start(["--destination", "discard:"]);
    const headers: Record<string, string> = coding === undefined ? {} : { "content-encoding": coding };
    const sent: Sent = { encoding, stream, body: body(), headers };
    let leastMs = Infinity;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const sentAtMs = performance.now();
      const answer = await send(live.agent, sent);
      await answer.bytes();
      leastMs = Math.min(leastMs, performance.now() - sentAtMs);
      expect([200, 400, 413]).toContain(answer.status);
    }
    expectWithin("The answer", leastMs, ANSWER_MAX_MS);
    expect(peakMib(live.agent.pid)).toBeLessThan(PEAK_MAX_MIB);
  });
});

function peakMib(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
