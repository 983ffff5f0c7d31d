import { type Compression, COMPRESSION_ENDINGS, COMPRESSIONS, type Stream, STREAMS } from "../pipeline.ts";

/** What the name of an object says. */
export interface ObjectName {
  /** UTC, seconds since 1970. */
  readonly second: number;
  readonly stream: Stream;
  readonly compression: Compression;
}

/** Of every form that an agent gives it, and what other programs make of it: some write `.json`, some compress. */
const NAME = new RegExp(
  String.raw`^(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})\.(${STREAMS.join("|")})\.(?:log|jsonl?)(\.gz|\.zst)?$`,
);

/** Reads `YYYYMMDD-HHMMSS.<stream>.log`, the last part of a key or path. Undefined for the name of anything else. Pure. */
export function readObjectName(name: string): ObjectName | undefined {
  const [, year, month, day, hour, minute, second, word, ending = ""] = NAME.exec(name) ?? [];
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const stream = STREAMS.find((known) => known === word);
  const compression = COMPRESSIONS.find((known) => COMPRESSION_ENDINGS[known] === ending);
  if (stream === undefined || compression === undefined || Number.isNaN(atMs)) return undefined;
  return { second: atMs / 1000, stream, compression };
}
