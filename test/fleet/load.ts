import type { S3Server } from "../support/s3-server.ts";
import { S3_REGION } from "../support/s3-server.ts";
import { type FleetPlan, objectsOf, playedRuns, type StoredObject } from "./generate.ts";
import type { PlayedRun } from "./played-run.ts";

/** Versitygw writes several files an object. */
const PUTS_AT_ONCE = 16;

export interface Loaded {
  jobs: number;
  objects: number;
  /** As JSON lines. */
  jsonBytes: number;
  /** As they are stored. */
  storedBytes: number;
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
  const loaded = { jobs: 0, objects: 0, jsonBytes: 0, storedBytes: 0 };
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
      loaded.objects++;
      loaded.jsonBytes += object.jsonBytes;
      loaded.storedBytes += object.body.length;
    }
    played(run, loaded);
  }
  await Promise.all(puts);
  return loaded;
}
