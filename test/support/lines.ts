/**
 * The promise in one function: every acknowledged line stands in exactly one object. Objects are compared as lines, as
 * text, byte for byte.
 */

import { gunzipSync, zstdDecompressSync } from "node:zlib";

/** `YYYYMMDD-HHMMSS.<stream>.log`, or with another ending. */
export const OBJECT_NAME = /^\d{8}-\d{6}\.(logs|metrics|traces|gha-logs)\.(?:log|jsonl)(?:\.gz|\.zst)?$/;

/** What an object holds, by its name as every reader goes. */
export function contentOf(name: string, bytes: Uint8Array): Uint8Array {
  if (name.endsWith(".gz")) return gunzipSync(bytes);
  return name.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes;
}

/** What an agent with a collector says itself of the machine, among the logs: at any time, so no test counts it. */
type OwnScope = "events" | "processes";

/** The lines that were sent, of all objects of a stream, or of all objects. */
export function linesOf(objects: ReadonlyMap<string, Uint8Array>, stream?: string): string[] {
  return allLinesOf(objects, stream).filter((line) => !isOf("events", line) && !isOf("processes", line));
}

/** The lines in which the agent tells of the machine. */
export function ownLinesOf(objects: ReadonlyMap<string, Uint8Array>, scope: OwnScope): string[] {
  return allLinesOf(objects, "logs").filter((line) => isOf(scope, line));
}

function isOf(scope: OwnScope, line: string): boolean {
  return line.includes(`"scope":{"name":"warp-telemetry/${scope}"`);
}

/** All lines, the agent's own too, of all objects of a stream, or of all objects. */
export function allLinesOf(objects: ReadonlyMap<string, Uint8Array>, stream?: string): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return [...objects]
    .filter(([name]) => stream === undefined || OBJECT_NAME.exec(name)?.[1] === stream)
    .flatMap(([name, bytes]) => {
      const text = decoder.decode(contentOf(name, bytes));
      if (!text.endsWith("\n")) throw new Error(`Cannot read object ${name}: its last line is cut off`);
      return text.slice(0, -1).split("\n");
    });
}

export interface Delivery {
  /** Expected lines that stand nowhere. */
  readonly missing: string[];
  /** Lines that stand there more often than they were expected. */
  readonly doubled: string[];
  /** Lines that nobody expected. */
  readonly foreign: string[];
}

/** Compares what was sent with what is stored, as multisets. All three lists are empty when all is well. */
export function deliveryOf(expected: readonly string[], stored: readonly string[]): Delivery {
  const wanted = counted(expected);
  const there = counted(stored);
  return {
    missing: [...wanted].flatMap(([line, count]) => (count > (there.get(line) ?? 0) ? [line] : [])),
    doubled: [...there].flatMap(([line, count]) => (count > (wanted.get(line) ?? count) ? [line] : [])),
    foreign: [...there.keys()].filter((line) => !wanted.has(line)),
  };
}

function counted(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}
