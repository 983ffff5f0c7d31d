/**
 * A fleet that never was: its jobs, day by day, and the objects that its agents store. The same for the same plan, one
 * run in memory at a time.
 *
 *   bun test/fleet/generate.ts --runners 100 --days 1 FOLDER     writes the objects into a folder
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { parseArgs } from "node:util";
import type { Compression, Stream } from "../../src/pipeline.ts";
import { objectFolder, objectName } from "../../src/ring/object-name.ts";
import { foldersOf } from "../../src/upload/object-key.ts";
import { Random } from "../chaos/random.ts";
import { type PlayedRun, playRun } from "./played-run.ts";
import { storedLines } from "./stored-lines.ts";

export interface FleetPlan {
  readonly seed: number;
  readonly runners: number;
  /** The first day, in UTC. */
  readonly from: string;
  readonly days: number;
}

/** The week that the questions of the page are about begins on the second day of it. */
export const MONTH: FleetPlan = { seed: 20_261_101, runners: 1000, from: "2026-11-01", days: 30 };
/** One day of that week, and a few of the runners. */
export const DAY: FleetPlan = { seed: 20_261_101, runners: 40, from: "2026-11-02", days: 1 };

export interface StoredObject {
  readonly key: string;
  readonly stream: Stream;
  /** As it is stored. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** As JSON lines. */
  readonly jsonBytes: number;
}

const DAY_MS = 86_400_000;
const HALF_DAY_MS = DAY_MS / 2;
/** A run takes less than an hour. */
const LATEST_START_MS = HALF_DAY_MS - 3_600_000;
/** From a job's end until its objects are sealed. */
const SEALED_AFTER_MS = 3000;

/** All jobs of the fleet: each runner has two a day. */
export function* playedRuns({ seed, runners, from, days }: FleetPlan): Generator<PlayedRun> {
  const random = new Random(seed);
  const firstMs = Date.parse(`${from}T00:00:00Z`);
  let number = 0;
  for (let halfDay = 0; halfDay < 2 * days; halfDay++) {
    for (let runner = 0; runner < runners; runner++) {
      const startedAtMs = firstMs + halfDay * HALF_DAY_MS + random.int(0, LATEST_START_MS);
      yield playRun(number++, `runner-${String(runner).padStart(4, "0")}`, startedAtMs, random.fork());
    }
  }
}

/** As the page says it. */
const OBJECT_KEY = "{stream}/date={date}/hour={hour}/{agent}/{name}";
const PACKERS = {
  none: (bytes: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> => bytes,
  gzip: (bytes: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> => gzipSync(bytes),
  zstd: (bytes: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> => zstdCompressSync(bytes),
} as const;

/** The objects of one run: one a stream, as the settings of the page have them. */
export function objectsOf(run: PlayedRun): StoredObject[] {
  const sealedAt = Math.floor((run.endedAtMs + SEALED_AFTER_MS) / 1000);
  const form = { suffix: ".jsonl", compression: compressionOf(run) } as const;
  return [...storedLines(run)].map(([stream, lines]) => {
    const json = joined(lines);
    const folder = foldersOf(OBJECT_KEY, { stream, agent: run.host, run: undefined });
    const key = `${objectFolder(sealedAt, { folder })}/${objectName(sealedAt, stream, form)}`;
    return { key, stream, body: PACKERS[form.compression](json), jsonBytes: json.length };
  });
}

/** Most of the fleet compresses, and a tenth has not heard of it yet: a bucket has all forms side by side. */
function compressionOf({ host }: PlayedRun): Compression {
  const digit = Number(host.at(-1));
  if (digit === 0) return "none";
  return digit < 5 ? "gzip" : "zstd";
}

function joined(lines: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(
    lines.reduce((sum, line) => sum + line.length + 1, 0),
    "\n",
  );
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    at += line.length + 1;
  }
  return bytes;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { runners: { type: "string", default: "100" }, days: { type: "string", default: "1" } },
    allowPositionals: true,
  });
  const [folder] = positionals;
  if (folder === undefined) {
    process.stderr.write("Cannot write the fleet: no folder, wanted: generate.ts --runners 100 --days 1 FOLDER\n");
    process.exit(2);
  }
  const plan = { ...DAY, runners: Number(values.runners), days: Number(values.days) };
  for (const run of playedRuns(plan)) {
    for (const { key, body } of objectsOf(run)) {
      const file = join(folder, key);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, body);
    }
  }
}
