/** The contract of StoredObjects, for a folder and for a bucket of a real S3 server. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Bucket } from "../../src/s3/bucket.ts";
import { listObjects } from "../../src/s3/list-objects.ts";
import { BucketObjects } from "../../src/stored/bucket-objects.ts";
import { FolderObjects } from "../../src/stored/folder-objects.ts";
import type { StoredObjects } from "../../src/stored/stored-objects.ts";
import { built, needs } from "../support/built.ts";
import { AwsVariables } from "../support/aws-variables.ts";
import { S3_REGION, S3Server } from "../support/s3-server.ts";
import { TempDir } from "../support/temp-dir.ts";

const KEYS = [
  "a/20261127-000001.logs.log",
  "a/20261127-000002.metrics.log",
  "b & <b>/20261127-000000.gha-logs.log.gz",
  "b/20261127-000000.traces.jsonl",
];
const FOREIGN = ["a/notes.txt", "20261127.log"];
const never = new AbortController().signal;

interface Place extends AsyncDisposable {
  readonly objects: StoredObjects;
  write(key: string, text: string): Promise<void>;
}

async function folder(): Promise<Place> {
  const directory = await TempDir.create("stored");
  return {
    objects: new FolderObjects(directory.path),
    write(key, text) {
      mkdirSync(dirname(directory.file(key)), { recursive: true });
      return Promise.resolve(writeFileSync(directory.file(key), text));
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

async function bucket(): Promise<Place> {
  const server = await S3Server.start(built("s3"));
  const variables = variablesOf(server);
  return {
    objects: new BucketObjects({ bucket: server.bucket, prefix: "fleet", variables: process.env }),
    write: (key, text) => server.write(`fleet/${key}`, text),
    async [Symbol.asyncDispose]() {
      variables[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function variablesOf({ origin, credentials }: S3Server, secret = credentials.secretAccessKey): AwsVariables {
  return new AwsVariables({
    AWS_ENDPOINT_URL: origin,
    AWS_REGION: S3_REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secret,
  });
}

const s3 = needs("s3");
describe.each([
  ["folder", folder, undefined],
  [s3.title("bucket"), bucket, s3.missing],
] as const)("objects of a %s", (_, open, isMissing) => {
  describe.skipIf(isMissing === true)("are", () => {
    let place: Place;
    const keysFrom = async (from?: string): Promise<string[]> =>
      (await Array.fromAsync(place.objects.list(never, from))).map(({ key }) => key.replace(/^fleet\//, ""));

    beforeAll(async () => {
      place = await open();
      for (const key of [...KEYS, ...FOREIGN]) await place.write(key, `text of ${key}`);
    });
    afterAll(async () => await place?.[Symbol.asyncDispose]());

    test("listed in the order of their keys, the others counted, each time anew", async () => {
      for (let n = 0; n < 2; n++) {
        expect(await keysFrom()).toEqual(KEYS);
        expect(place.objects.foreign).toBe(FOREIGN.length);
      }
    });

    test("listed from a key on, itself included", async () => {
      const all = await Array.fromAsync(place.objects.list(never));
      for (const [n, { key }] of all.entries()) expect(await keysFrom(key)).toEqual(KEYS.slice(n));
    });

    test("read", async () => {
      for await (const object of place.objects.list(never)) {
        const bytes = Buffer.concat(await Array.fromAsync(place.objects.read(object, never)));
        expect(bytes.toString()).toBe(`text of ${object.key.replace(/^fleet\//, "")}`);
        expect(object.bytes).toBe(bytes.length);
      }
    });

    test("missed with an error, when one is gone", async () => {
      const gone = { key: "fleet/gone", bytes: 1, second: 0, stream: "logs", compression: "none" } as const;
      expect(await Array.fromAsync(place.objects.read(gone, never)).catch(String)).toMatch(/ENOENT|NoSuchKey/);
    });
  });
});

test("a folder is read without its links and hidden files", async () => {
  using directory = new TempDir("stored");
  using outside = new TempDir("outside");
  writeFileSync(outside.file("20261127-000001.logs.log"), "secret");
  symlinkSync(outside.path, directory.file("link"));
  symlinkSync(outside.file("20261127-000001.logs.log"), directory.file("20261127-000002.logs.log"));
  writeFileSync(directory.file(".20261127-000003.logs.log"), "half");
  expect(await Array.fromAsync(new FolderObjects(directory.path).list(never))).toEqual([]);
});

test.skipIf(s3.missing)("a bucket is listed page by page", async () => {
  await using server = await S3Server.start(built("s3"));
  using _ = variablesOf(server);
  const keys = Array.from({ length: 7 }, (_n, n) => `x/${n}`);
  for (const key of keys) await server.write(key, key);
  const bucketOfServer = new Bucket(server.bucket, process.env);
  for (const pageKeys of [1, 3, 7, 1000]) {
    const listed = await Array.fromAsync(listObjects(bucketOfServer, { prefix: "x/", pageKeys }, never));
    expect(listed.map(({ key }) => key)).toEqual(keys);
  }
});

test.skipIf(s3.missing)("a bucket that may not be read, or is none, says so", async () => {
  await using server = await S3Server.start(built("s3"));
  {
    using _ = variablesOf(server, "wrong");
    expect(await listOf(server.bucket).catch(String)).toContain("the credentials were refused");
  }
  using _ = variablesOf(server);
  expect(await listOf("no-such-bucket").catch(String)).toContain("NoSuchBucket");
});

function listOf(bucketName: string): Promise<unknown> {
  return Array.fromAsync(new BucketObjects({ bucket: bucketName, prefix: "", variables: process.env }).list(never));
}
