import { type Stream, STREAMS } from "../pipeline.ts";

export type Compression = "none" | "gzip" | "zstd";

/** What the name of an object says. */
export interface ObjectName {
  /** UTC, seconds since 1970. */
  readonly second: number;
  readonly stream: Stream;
  readonly compression: Compression;
}

/** Of any age, and what other programs make of it: `.jsonl` is what engines like, `.gz` and `.zst` what people compress. */
const NAME = new RegExp(
  String.raw`^(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})\.(${STREAMS.join("|")})\.(?:log|jsonl?)(\.gz|\.zst)?$`,
);
const COMPRESSIONS: ReadonlyMap<string | undefined, Compression> = new Map([
  [undefined, "none"],
  [".gz", "gzip"],
  [".zst", "zstd"],
]);

/** Reads `YYYYMMDD-HHMMSS.<stream>.log`, the last part of a key or path. Undefined for the name of anything else. Pure. */
export function readObjectName(name: string): ObjectName | undefined {
  const [, year, month, day, hour, minute, second, word, ending] = NAME.exec(name) ?? [];
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const stream = STREAMS.find((known) => known === word);
  const compression = COMPRESSIONS.get(ending);
  if (stream === undefined || compression === undefined || Number.isNaN(atMs)) return undefined;
  return { second: atMs / 1000, stream, compression };
}
