/**
 * How fast requests are decoded, beside what any JSON receiver pays at least: `JSON.parse` of the same text.
 * Run: `bun test/bench/codec.bench.ts`
 */
import { decodeExportRequest } from "../otlp/decode.ts";
import { type Body, workload } from "./bodies.ts";
import { hostMetrics, logs } from "./shapes.ts";
import { median } from "./summary.ts";

const ROUNDS = 9;
const ROUND_MS = 60;
const LIMITS = { nestingMax: 100, lineMaxBytes: 16 * 1024 * 1024 };

/** Median of several rounds, in ns a call; each call has another body than the last. */
function medianNs(bodies: readonly Body[], run: (body: Uint8Array) => unknown): number {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedAtNs = Bun.nanoseconds();
    let calls = 0;
    while (Bun.nanoseconds() - startedAtNs < ROUND_MS * 1e6) {
      for (const { bytes } of bodies) run(bytes);
      calls += bodies.length;
    }
    rounds.push((Bun.nanoseconds() - startedAtNs) / calls);
  }
  return median(rounds);
}

function print(name: string, bytes: number, records: number, ns: number): void {
  const perRecord = (ns / records / 1000).toFixed(3);
  process.stdout.write(
    `${name.padEnd(42)}${((bytes / ns) * 1000).toFixed(0).padStart(6)} MB/s  ${perRecord} µs a record\n`,
  );
}

for (const shape of [logs(100, 1000), hostMetrics()]) {
  const json = workload(shape, "json");
  const protobuf = workload(shape, "protobuf");
  const { name, signal, records } = shape;
  process.stdout.write(
    `${name}: ${json.plainBytes.toFixed(0)} bytes of JSON, ${protobuf.plainBytes.toFixed(0)} of protobuf\n`,
  );
  const decoder = new TextDecoder();
  const parse = (body: Uint8Array): unknown => JSON.parse(decoder.decode(body));
  print("  JSON.parse(decode)", json.plainBytes, records, medianNs(json.bodies, parse));
  const kept = new Uint8Array(json.plainBytes * 2);
  for (const { encoding, plainBytes, bodies } of [json, protobuf]) {
    const decode = (body: Uint8Array): void =>
      kept.set(decodeExportRequest(signal, encoding, body, LIMITS).line ?? kept);
    print(`  decodeExportRequest ${encoding} + copy`, plainBytes, records, medianNs(bodies, decode));
  }
}
