import { mapStreams, type Stream } from "../../src/pipeline.ts";
import { S3_REGION, type S3Server } from "../support/s3-server.ts";
import { type FleetPlan, objectsOf, playedRuns, type StoredObject } from "./generate.ts";
import type { PlayedRun } from "./played-run.ts";

/** Versitygw writes several files an object. */
const PUTS_AT_ONCE = 16;

/** What is in the bucket of one stream. */
export interface StreamLoad {
  objects: number;
  /** As JSON lines. */
  jsonBytes: number;
  /** As they are stored. */
  storedBytes: number;
}

export interface Loaded {
  jobs: number;
  readonly streams: Readonly<Record<Stream, StreamLoad>>;
}

/** Plays a fleet and puts its objects into a bucket. `played` is shown each run. Holds a few objects at a time. */
export async function loadFleet(
  plan: FleetPlan,
  server: S3Server,
  played: (run: PlayedRun, loaded: Loaded) => void,
): Promise<Loaded> {
  const client = new Bun.S3Client({
    endpoint: server.origin,
    bucket: server.bucket,
    region: S3_REGION,
    ...server.credentials,
  });
  const streams = mapStreams((): StreamLoad => ({ objects: 0, jsonBytes: 0, storedBytes: 0 }));
  const loaded: Loaded = { jobs: 0, streams };
  const puts = new Set<Promise<void>>();
  const put = async ({ key, body }: StoredObject): Promise<void> => {
    await client.write(key, body);
  };
  for (const run of playedRuns(plan)) {
    loaded.jobs++;
    for (const object of objectsOf(run)) {
      if (puts.size >= PUTS_AT_ONCE) await Promise.race(puts);
      const one = put(object).finally(() => puts.delete(one));
      puts.add(one);
      const stream = streams[object.stream];
      stream.objects++;
      stream.jsonBytes += object.jsonBytes;
      stream.storedBytes += object.body.length;
    }
    played(run, loaded);
  }
  await Promise.all(puts);
  return loaded;
}
