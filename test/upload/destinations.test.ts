import { describe, expect, test } from "bun:test";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { WarpBuildClient } from "../../src/backend/warpbuild-client.ts";
import { ByteBudget } from "../../src/lib/byte-budget.ts";
import type { Batch, Destination, PutResult } from "../../src/pipeline.ts";
import { compressed } from "../../src/upload/compress.ts";
import { BucketDestination } from "../../src/upload/destinations/bucket-destination.ts";
import { FolderDestination } from "../../src/upload/destinations/folder-destination.ts";
import { PresignedDestination } from "../../src/upload/destinations/presigned-destination.ts";
import { AwsVariables } from "../support/aws-variables.ts";
import { built, needs } from "../support/built.ts";
import { EXPIRED, type Fault, FaultProxy } from "../support/fault-proxy.ts";
import { contentOf } from "../support/lines.ts";
import { objectsBelow } from "../support/stores.ts";
import { presignPut, S3_REGION, S3Server } from "../support/s3-server.ts";
import { TempDir } from "../support/temp-dir.ts";
import { WarpbuildApi } from "../support/warpbuild-api.ts";
import { batchOf, NAME, NEVER } from "./batch.ts";

/** What every destination has to do, at a real store. */
interface Subject extends AsyncDisposable {
  /** As a new run opens it: nothing is kept from one to the next. */
  open(): Destination;
  /** What the store holds, by key. */
  objects(): Promise<Record<string, string>>;
  readonly keyPrefix: string;
  /** Between us and the store; a folder has nothing there. */
  readonly proxy?: FaultProxy;
}

async function folder(): Promise<Subject> {
  const directory = new TempDir();
  return {
    open: () => new FolderDestination(directory.file("objects"), "a"),
    objects: async () => textsOf(await objectsBelow(directory.file("objects"))),
    keyPrefix: "",
    [Symbol.asyncDispose]: async () => directory[Symbol.dispose](),
  };
}

async function bucket(): Promise<Subject> {
  const server = await S3Server.start(built("s3"));
  const proxy = await FaultProxy.start(server.origin);
  const { accessKeyId, secretAccessKey } = server.credentials;
  const aws = new AwsVariables({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  const variables = { AWS_ENDPOINT_URL: proxy.origin, AWS_REGION: S3_REGION };
  const options = { bucket: server.bucket, prefix: "ci/it's (a) test", keyFolder: "runner 7", variables };
  return {
    open: () => new BucketDestination(options),
    objects: async () => textsOf(await server.objects()),
    keyPrefix: "ci/it's (a) test/runner 7/",
    proxy,
    async [Symbol.asyncDispose]() {
      aws[Symbol.dispose]();
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function presigned(): Promise<Subject> {
  const server = await S3Server.start(built("s3"));
  const proxy = await FaultProxy.start(server.origin);
  const presign = (name: string): string => presignPut(server, proxy.origin, `runs/${name}`, 60);
  const api = new WarpbuildApi({ presign });
  const client = new WarpBuildClient({ hostUrl: api.hostUrl, runnerId: api.id, pollingSecret: api.secret });
  return {
    open: () => new PresignedDestination(client),
    objects: async () => textsOf(await server.objects()),
    keyPrefix: "runs/",
    proxy,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** By key; each inflated as its name says. */
function textsOf(objects: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries(
    [...objects].map(([name, bytes]) => [name, Buffer.from(contentOf(name, bytes)).toString()]),
  );
}

/** What a batch is sent as. */
type Form = Pick<Batch, "name" | "folder" | "compression">;
const PLAIN: Form = { name: NAME, folder: "", compression: "none" };
const FORMS: readonly Form[] = [
  PLAIN,
  { name: "20261122-100000.logs.jsonl", folder: "logs/date=2026-11-22/10", compression: "none" },
  { name: "20261122-100000.logs.log.gz", folder: "", compression: "gzip" },
  { name: "20261122-100000.logs.jsonl.zst", folder: "7f/run=7", compression: "zstd" },
];

/** A batch as the uploader hands it over. */
async function objectOf(form: Form, pieces: readonly string[], change: Partial<Batch> = {}): Promise<Batch> {
  const object = await compressed(batchOf(pieces, { ...form, ...change }), new ByteBudget(1), NEVER);
  if (object === undefined) throw new Error("nobody has stopped it");
  return object;
}

function keyOf({ keyPrefix }: Pick<Subject, "keyPrefix">, form: Form): string {
  return keyPrefix + (form.folder === "" ? form.name : `${form.folder}/${form.name}`);
}

const s3 = needs("s3");
const subjects = [
  { label: "FolderDestination", isMissing: false, start: folder },
  { label: s3.title("BucketDestination at a real S3 server"), isMissing: s3.missing, start: bucket },
  { label: s3.title("PresignedDestination at a real S3 server"), isMissing: s3.missing, start: presigned },
];

const cases = subjects.flatMap((subject) => {
  // The WarpBuild API knows the plain form alone.
  const forms = subject.start === presigned ? [PLAIN] : FORMS;
  return forms.map((form) => ({ ...subject, form, label: `${subject.label}, ${keyOf({ keyPrefix: "" }, form)}` }));
});

for (const { label, isMissing, start, form } of cases) {
  describe.skipIf(isMissing)(label, () => {
    test("stores the bytes of all slices under the name", async () => {
      await using subject = await start();
      expect(await put(subject, form, ['{"a":', "1}\n"])).toEqual({ kind: "stored" });
      expect(await subject.objects()).toEqual({ [keyOf(subject, form)]: '{"a":1}\n' });
    });

    test("calls the same bytes stored when an earlier attempt may have stored them: our own lost answer", async () => {
      await using subject = await start();
      await put(subject, form, ["{}\n"]);
      expect(await put(subject, form, ["{}\n"], { wasAttempted: true })).toEqual({ kind: "stored" });
      expect(Object.keys(await subject.objects())).toHaveLength(1);
    });

    test("keeps nothing between two calls: what an earlier one has stored, the batch has to say", async () => {
      await using subject = await start();
      const destination = subject.open();
      const batch = await objectOf(form, ['{"by":"us"}\n'], { place: destination.place });
      expect(await destination.put(batch, NEVER)).toEqual({ kind: "stored" });
      const others = await objectOf(form, ['{"by":"others"}\n'], { place: destination.place });
      expect(await destination.put(others, NEVER)).toEqual({ kind: "name-taken" });
      expect(await destination.put({ ...batch, wasAttempted: true }, NEVER)).toEqual({ kind: "stored" });
    });

    test("never replaces other bytes of that name", async () => {
      await using subject = await start();
      await put(subject, form, ['{"first":1}\n']);
      for (const text of ['{"second":1}\n', '{"forst":1}\n']) {
        expect(await put(subject, form, [text])).toEqual({ kind: "name-taken" });
      }
      expect(Object.values(await subject.objects())).toEqual(['{"first":1}\n']);
    });

    test("stores eight streams' objects at once", async () => {
      await using subject = await start();
      const destination = subject.open();
      const { place } = destination;
      const forms = Array.from({ length: 8 }, (_, n) => ({ ...form, name: form.name.replace("100000", `10000${n}`) }));
      await Promise.all(
        forms.map(async (one) => destination.put(await objectOf(one, [`{"n":"${one.name}"}\n`], { place }), NEVER)),
      );
      expect(Object.keys(await subject.objects())).toEqual(forms.map((one) => keyOf(subject, one)));
    });

    test("rejects when it is cut off", async () => {
      await using subject = await start();
      const cutOff = AbortSignal.abort(new Error("the deadline"));
      expect(await put(subject, form, ["{}\n"], {}, cutOff).catch(String)).toBe("Error: the deadline");
    });
  });
}

/** As a store refuses a header that it does not know. */
function lacks(header: string): Fault {
  const body = `<Error><Code>NotImplemented</Code><Message>Header '${header}' not implemented</Message></Error>`;
  return { kind: "status", status: 501, body };
}

/** What something between us and the store does to a first attempt, and whether its outcome is known then. */
const FAULTS: readonly (readonly [string, Fault, isOutcomeKnown: boolean])[] = [
  ["loses the answer", { kind: "lose-answer" }, false],
  ["resets the connection", { kind: "reset", afterBytes: 1 }, false],
  ["answers 500", { kind: "status", status: 500 }, false],
  ["puts a page in its place", { kind: "status", status: 200, headers: { etag: '"x"' }, body: "<html></html>" }, false],
  ["says yes in the place of the store", { kind: "status", status: 200, body: "" }, false],
  ["sends it to a login", { kind: "status", status: 302, headers: { location: "/login" } }, false],
  ["lets the URL or the credentials expire", EXPIRED, true],
];

for (const { label, isMissing, start, form } of cases.filter((one) => one.start !== folder)) {
  describe.skipIf(isMissing)(label, () => {
    test.each(FAULTS)("that %s stores one object in the end", async (_, fault, isOutcomeKnown) => {
      await using subject = await start();
      const destination = subject.open();
      subject.proxy?.failNext(fault, 1, ({ method }) => method === "PUT");
      const batch = await objectOf(form, ["{}\n"], { place: destination.place });
      expect(await destination.put(batch, NEVER)).toMatchObject({ kind: "retry", isOutcomeKnown });
      expect(await destination.put({ ...batch, wasAttempted: !isOutcomeKnown }, NEVER)).toEqual({ kind: "stored" });
      expect(await subject.objects()).toEqual({ [keyOf(subject, form)]: "{}\n" });
    });

    test("goes on without what the store does not know, a header at a time", async () => {
      await using subject = await start();
      const destination = subject.open();
      const checksum = destination.label === "warpbuild" ? "content-md5" : "x-amz-checksum-crc32";
      subject.proxy?.program(({ headers }) => {
        if (headers[checksum] !== undefined) return lacks(checksum);
        return headers["if-none-match"] === undefined ? undefined : lacks("If-None-Match");
      });
      const batch = await objectOf(form, ["{}\n"], { place: destination.place });
      const results: PutResult["kind"][] = [];
      for (let attempt = 0; attempt < 3; attempt++) results.push((await destination.put(batch, NEVER)).kind);
      expect(results).toEqual(["retry", "retry", "stored"]);
      expect(Object.values(await subject.objects())).toEqual(["{}\n"]);
    });
  });
}

async function put(
  subject: Subject,
  form: Form,
  pieces: readonly string[],
  change: Partial<Batch> = {},
  abort: AbortSignal = NEVER,
): Promise<PutResult> {
  const destination = subject.open();
  return destination.put(await objectOf(form, pieces, { place: destination.place, ...change }), abort);
}

for (const { label, isMissing, start, form } of cases.filter((one) => one.form.compression !== "none")) {
  describe.skipIf(isMissing)(label, () => {
    const lines = [`${JSON.stringify({ pad: "ab".repeat(400_000) })}\n`, '{"n":2}\n'];

    test("takes an object of another compressor for its own when it holds the same lines", async () => {
      await using subject = await start();
      const ours = await objectOf(form, lines);
      const bytes = otherwise(form, lines.join(""));
      expect(Buffer.from(bytes).equals(Buffer.concat(ours.slices))).toBe(false);
      await storeAnother(subject, form, bytes);
      expect(await put(subject, form, lines, { wasAttempted: true })).toEqual({ kind: "stored" });
      expect(await put(subject, form, [...lines, "{}\n"], { wasAttempted: true })).toEqual({ kind: "name-taken" });
      expect(await put(subject, form, lines.slice(1), { wasAttempted: true })).toEqual({ kind: "name-taken" });
      expect(await subject.objects()).toEqual({ [keyOf(subject, form)]: lines.join("") });
    });

    const text = lines.join("");
    test.each([
      ["not compressed at all", () => new Uint8Array(Buffer.from(text))],
      ["cut", () => otherwise(form, text).slice(0, -20)],
      ["empty", () => new Uint8Array()],
    ] as const)("leaves an object that is %s to whom it belongs", async (_, make) => {
      await using subject = await start();
      const bytes = make();
      await storeAnother(subject, form, bytes);
      expect(await put(subject, form, lines, { wasAttempted: true })).toEqual({ kind: "name-taken" });
    });
  });
}

/** As another version of the compressor would. */
function otherwise({ compression }: Form, text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    compression === "gzip"
      ? gzipSync(text, { level: 1 })
      : zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
  );
}

/** Stores `bytes` under the name of ours, as an earlier version of this program may have done. */
async function storeAnother(subject: Subject, form: Form, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const { place } = subject.open();
  const earlier = batchOf([], {
    ...form,
    place,
    bytes: bytes.length,
    slices: [bytes],
    crc32: Bun.hash.crc32(bytes),
  });
  expect(await subject.open().put(earlier, NEVER)).toEqual({ kind: "stored" });
}
