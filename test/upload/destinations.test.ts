import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { WarpBuildClient } from "../../src/backend/warpbuild-client.ts";
import type { Batch, Destination } from "../../src/pipeline.ts";
import { BucketDestination } from "../../src/upload/bucket-destination.ts";
import { DiscardDestination } from "../../src/upload/discard-destination.ts";
import { FolderDestination } from "../../src/upload/folder-destination.ts";
import { PresignedDestination } from "../../src/upload/presigned-destination.ts";
import { isSettled, putBatch } from "../../src/upload/put-bytes.ts";
import { renameIfFree } from "../../src/upload/take-name.ts";
import { built, needs } from "../support/built.ts";
import { objectsIn } from "../support/stores.ts";
import { presignPut, S3_REGION, S3Server } from "../support/s3-server.ts";
import { TempDir } from "../support/temp-dir.ts";
import { WarpbuildApi } from "../support/warpbuild-api.ts";

const NAME = "20261122-100000.logs.log";
const NEVER = new AbortController().signal;

function batchOf(pieces: readonly string[], change: Partial<Batch> = {}): Batch {
  const slices = pieces.map((piece) => new Uint8Array(Buffer.from(piece)));
  const bytes = slices.reduce((sum, slice) => sum + slice.length, 0);
  return { stream: "logs", name: NAME, lines: pieces.length, bytes, slices, place: "", wasSent: false, ...change };
}

/** Takes its time to be written. */
function largeBatch(): Batch {
  return batchOf(Array.from({ length: 64 }, (_, n) => `{"n":${n},"pad":"${"x".repeat(100_000)}"}\n`));
}

interface Subject extends AsyncDisposable {
  readonly destination: Destination;
  /** What stands there, by the last part of its key. */
  objects(): Promise<Record<string, string>>;
  /** Keys as the store has them. */
  readonly keyPrefix: string;
}

async function folder(): Promise<Subject> {
  const directory = new TempDir();
  return {
    destination: new FolderDestination(directory.file("objects"), "a"),
    objects: async () => textsOf(await objectsIn(directory.file("objects"))),
    keyPrefix: "",
    [Symbol.asyncDispose]: async () => directory[Symbol.dispose](),
  };
}

async function bucket(): Promise<Subject> {
  const server = await S3Server.start(built("s3"));
  const { accessKeyId, secretAccessKey } = server.credentials;
  // The provider of the AWS SDK reads its own process's environment.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  const environment = { AWS_ENDPOINT_URL: server.origin, AWS_REGION: S3_REGION };
  const options = { bucket: server.bucket, prefix: "ci/it's (a) test", keyFolder: "runner 7", environment };
  return {
    destination: new BucketDestination(options),
    objects: async () => textsOf(await server.objects()),
    keyPrefix: "ci/it's (a) test/runner 7/",
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function presigned(): Promise<Subject> {
  const server = await S3Server.start(built("s3"));
  const presign = (name: string): string => presignPut(server, server.origin, `runs/${name}`, 60);
  const api = new WarpbuildApi({ presign });
  const client = new WarpBuildClient({ hostUrl: api.hostUrl, runnerId: api.id, pollingSecret: api.secret });
  return {
    destination: new PresignedDestination(client),
    objects: async () => textsOf(await server.objects()),
    keyPrefix: "runs/",
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function textsOf(objects: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...objects].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
}

const s3 = needs("s3");
const subjects = [
  { label: "FolderDestination", isMissing: false, open: folder },
  { label: s3.title("BucketDestination at a real S3 server"), isMissing: s3.missing, open: bucket },
  { label: s3.title("PresignedDestination at a real S3 server"), isMissing: s3.missing, open: presigned },
];

for (const { label, isMissing, open } of subjects) {
  describe.skipIf(isMissing)(label, () => {
    test("stores the bytes of all slices under the name", async () => {
      await using subject = await open();
      const batch = batchOf(['{"a":', "1}\n"], { place: subject.destination.place });
      expect(await subject.destination.put(batch, NEVER)).toEqual({ kind: "stored" });
      expect(await subject.objects()).toEqual({ [`${subject.keyPrefix}${NAME}`]: '{"a":1}\n' });
    });

    test("calls the same bytes stored when they stand there already: our own lost answer", async () => {
      await using subject = await open();
      await subject.destination.put(batchOf(["{}\n"], { place: subject.destination.place }), NEVER);
      const again = batchOf(["{}\n"], { wasSent: true, place: subject.destination.place });
      expect(await subject.destination.put(again, NEVER)).toEqual({ kind: "stored" });
      expect(Object.keys(await subject.objects())).toHaveLength(1);
    });

    test("never replaces other bytes of that name", async () => {
      await using subject = await open();
      await subject.destination.put(batchOf(['{"first":1}\n'], { place: subject.destination.place }), NEVER);
      for (const text of ['{"second":1}\n', '{"forst":1}\n']) {
        expect(await subject.destination.put(batchOf([text], { place: subject.destination.place }), NEVER)).toEqual({
          kind: "exists",
        });
      }
      expect(Object.values(await subject.objects())).toEqual(['{"first":1}\n']);
    });

    test("stores eight streams' objects at once", async () => {
      await using subject = await open();
      const names = Array.from({ length: 8 }, (_, n) => `20261122-10000${n}.logs.log`);
      await Promise.all(
        names.map((name) =>
          subject.destination.put(batchOf([`{"n":"${name}"}\n`], { name, place: subject.destination.place }), NEVER),
        ),
      );
      expect(Object.keys(await subject.objects())).toEqual(names.map((name) => `${subject.keyPrefix}${name}`));
    });

    test("rejects when it is cut off", async () => {
      await using subject = await open();
      const cutOff = AbortSignal.abort(new Error("the deadline"));
      expect(subject.destination.put(batchOf(["{}\n"], { place: subject.destination.place }), cutOff)).rejects.toThrow(
        "the deadline",
      );
    });
  });
}

test("FolderDestination waits for an attempt that was given up, which still writes its file", async () => {
  await using subject = await folder();
  const batch = largeBatch();
  const givenUp = new AbortController();
  const first = subject.destination.put(batch, givenUp.signal);
  await Bun.sleep(0);
  givenUp.abort();
  expect(await subject.destination.put(batch, NEVER)).toEqual({ kind: "stored" });
  expect(await first).toEqual({ kind: "stored" });
  expect(Object.values(await subject.objects())).toEqual([Buffer.concat(batch.slices).toString()]);
});

test.each(["other lines", "the same lines"])("agents that share a folder keep what is theirs: %s", async (kind) => {
  using directory = new TempDir();
  const a = new FolderDestination(directory.file("objects"), "a");
  const b = new FolderDestination(directory.file("objects"), "b");
  const ofA = `{"by":"a","pad":"${"x".repeat(50_000)}"}\n`;
  const ofB = kind === "the same lines" ? ofA : '{"by":"b"}\n';
  for (let round = 0; round < 40; round++) {
    const name = `20261122-1000${String(round).padStart(2, "0")}.logs.log`;
    const [resultOfA, resultOfB] = await Promise.all([
      a.put(batchOf([ofA], { name }), NEVER),
      b.put(batchOf([ofB], { name }), NEVER),
    ]);
    const isOfA = resultOfA.kind === "stored";
    expect([resultOfA.kind, resultOfB.kind]).toEqual(isOfA ? ["stored", "exists"] : ["exists", "stored"]);
    expect(textsOf(await objectsIn(directory.file("objects")))[name]).toBe(isOfA ? ofA : ofB);
  }
});

test("FolderDestination remembers that an attempt that was given up has stored its object", async () => {
  using directory = new TempDir();
  const destination = new FolderDestination(directory.file("objects"), "a");
  const givenUp = new AbortController();
  const batch = largeBatch();
  const first = destination.put(batch, givenUp.signal);
  await Bun.sleep(0);
  givenUp.abort();
  expect(await first).toEqual({ kind: "stored" });
  // Somebody collects the objects.
  rmSync(directory.file("objects", NAME));
  expect(await destination.put(batch, NEVER)).toEqual({ kind: "stored" });
  expect(await objectsIn(directory.file("objects"))).toEqual(new Map());
});

test("FolderDestination that could not even write does not take another agent's object for its own", async () => {
  using directory = new TempDir();
  writeFileSync(directory.file("objects"), "in the way");
  const destination = new FolderDestination(directory.file("objects"), "a");
  expect(await destination.put(batchOf(["{}\n"]), NEVER)).toMatchObject({ kind: "retry" });
  rmSync(directory.file("objects"));
  mkdirSync(directory.file("objects"));
  writeFileSync(directory.file("objects", NAME), "{}\n");
  expect(await destination.put(batchOf(["{}\n"]), NEVER)).toEqual({ kind: "exists" });
});

test("without hard links a name is taken once, and nothing is replaced", async () => {
  using directory = new TempDir();
  const path = directory.file(NAME);
  const taken = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      writeFileSync(directory.file(`.${n}`), String(n));
      return renameIfFree(directory.file(`.${n}`), path);
    }),
  );
  expect(taken.filter((isOurs) => isOurs)).toHaveLength(1);
  expect(readFileSync(path, "utf8")).toBe(String(taken.indexOf(true)));
  expect(await renameIfFree(directory.file(`.${taken.indexOf(false)}`), path)).toBe(false);
  expect(readFileSync(path, "utf8")).toBe(String(taken.indexOf(true)));
});

test("a PUT that is given up while its answer comes counts as unanswered", async () => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response(new ReadableStream({ start: (body) => body.enqueue("<Error>") }), { status: 412 }),
  });
  const givenUp = new AbortController();
  const put = putBatch(`http://127.0.0.1:${server.port}/`, {}, batchOf(["{}\n"]), givenUp.signal);
  setTimeout(() => givenUp.abort(new Error("the deadline")), 200);
  expect(put).rejects.toThrow("the deadline");
  await put.catch(() => {});
  await server.stop(true);
});

test("an answer that is neither yes nor no leaves a doubt", () => {
  const settled = [200, 202, 301, 403, 412, 500, 503].filter((status) =>
    isSettled({ kind: "answered", status, headers: new Headers(), reason: "" }),
  );
  expect(settled).toEqual([200, 301, 403, 412]);
});

test("BucketDestination with the right to put only takes what stands after a lost answer for its own", async () => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ method }) => new Response("", { status: method === "PUT" ? 412 : 403 }),
  });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" });
  const environment = { AWS_ENDPOINT_URL_S3: "", AWS_ENDPOINT_URL: `http://127.0.0.1:${server.port}`, AWS_REGION: "" };
  const destination = new BucketDestination({ bucket: "b", prefix: "", keyFolder: "", environment });
  expect(await destination.put(batchOf(["{}\n"], { wasSent: true }), NEVER)).toEqual({ kind: "stored" });
  expect(await destination.put(batchOf(["{}\n"]), NEVER)).toEqual({ kind: "exists" });
  await server.stop(true);
});

test("DiscardDestination calls everything stored", async () => {
  expect(await new DiscardDestination().put()).toEqual({ kind: "stored" });
});

test("BucketDestination goes where S3 says that the bucket is", async () => {
  const seen: string[] = [];
  const elsewhere = new Response("", { status: 301, headers: { "x-amz-bucket-region": "eu-central-1" } });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ headers }) => {
      seen.push(/Credential=[^,]*/.exec(headers.get("authorization") ?? "")?.[0] ?? "");
      return seen.length === 1 ? elsewhere : new Response();
    },
  });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" });
  const environment = { AWS_ENDPOINT_URL: `http://127.0.0.1:${server.port}` };
  const destination = new BucketDestination({ bucket: "b", prefix: "", keyFolder: "", environment });
  expect(await destination.put(batchOf(["{}\n"]), NEVER)).toMatchObject({ kind: "retry", afterMs: 0 });
  expect(await destination.put(batchOf(["{}\n"]), NEVER)).toEqual({ kind: "stored" });
  expect(seen.map((credential) => credential.split("/")[2])).toEqual(["us-east-1", "eu-central-1"]);
  await server.stop(true);
});

test.each([
  "evil.example/",
  "eu-central-1.evil.example",
  "AKIATESTTESTTESTTEST",
  "9f86d081884c7d659a2feaa0c55ad015",
  "eu central 1",
  "",
])("BucketDestination takes no %j for a region, and repeats it nowhere", async (region) => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("", { status: 301, headers: { "x-amz-bucket-region": region } }),
  });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" });
  const environment = { AWS_ENDPOINT_URL: `http://127.0.0.1:${server.port}` };
  const destination = new BucketDestination({ bucket: "b", prefix: "", keyFolder: "", environment });
  const redirect = { kind: "retry", reason: "301, a redirect, which is not followed" } as const;
  expect(await destination.put(batchOf(["{}\n"]), NEVER)).toEqual(redirect);
  await server.stop(true);
});

test("BucketDestination tells the log alone what AWS's libraries say about credentials", async () => {
  const none = {
    AWS_CONFIG_FILE: "/nonexistent",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const before = { ...process.env };
  Object.assign(process.env, none);
  delete process.env["AWS_ACCESS_KEY_ID"];
  delete process.env["AWS_SECRET_ACCESS_KEY"];
  const destination = new BucketDestination({ bucket: "b", prefix: "", keyFolder: "", environment: none });
  const result = await destination.put(batchOf(["{}\n"]), NEVER);
  for (const name of Object.keys(none)) delete process.env[name];
  Object.assign(process.env, before);
  expect(result).toEqual({
    kind: "retry",
    reason: "no AWS credentials: CredentialsProviderError",
    detail: expect.stringContaining("Could not load credentials"),
  });
});
