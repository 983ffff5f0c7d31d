import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { Batch, PutResult } from "../../../src/pipeline.ts";
import { BucketDestination } from "../../../src/upload/destinations/bucket-destination.ts";
import { AwsVariables, SOME_KEYS } from "../../support/aws-variables.ts";
import { page, ScriptedStore, stored, storeError, type StoreScript } from "../../support/scripted-store.ts";
import { TempDir } from "../../support/temp-dir.ts";
import { TEST_CA, TEST_SERVER } from "../../support/test-certificates.ts";
import { batchOf, NEVER } from "../batch.ts";

let aws: AwsVariables;
beforeAll(() => {
  aws = new AwsVariables(SOME_KEYS);
});
afterAll(() => aws[Symbol.dispose]());

class Fixture implements AsyncDisposable {
  readonly store: ScriptedStore;
  readonly destination: BucketDestination;

  constructor(script?: StoreScript, variables: Readonly<Record<string, string>> = {}) {
    this.store = new ScriptedStore(script);
    this.destination = new BucketDestination({
      bucket: "bkt",
      prefix: "",
      keyFolder: "",
      variables: { AWS_ENDPOINT_URL_S3: "", AWS_ENDPOINT_URL: ` ${this.store.origin}/ `, ...variables },
    });
  }

  put(change: Partial<Batch> = {}): Promise<PutResult> {
    return this.destination.put(batchOf(["{}\n"], change), NEVER);
  }

  async puts(count: number): Promise<PutResult[]> {
    const results: PutResult[] = [];
    for (let n = 0; n < count; n++) results.push(await this.put());
    return results;
  }

  /** The regions that were signed for. */
  get regions(): (string | undefined)[] {
    return this.store.requests.map(({ headers }) => headers.get("authorization")?.split("/")[2]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.store[Symbol.asyncDispose]();
  }
}

const taken = (): Response => storeError(412, "PreconditionFailed");

describe("BucketDestination", () => {
  test("sends a checksum that is signed, so that the store verifies the bytes and Object Lock takes them", async () => {
    await using fixture = new Fixture();
    expect(await fixture.put()).toEqual({ kind: "stored" });
    const { headers, path } = fixture.store.requests[0] ?? { headers: new Headers(), path: "" };
    const crc32 = Buffer.alloc(4);
    crc32.writeUInt32BE(Bun.hash.crc32("{}\n"));
    expect(headers.get("x-amz-checksum-crc32")).toBe(crc32.toString("base64"));
    expect(headers.get("authorization")).toContain("x-amz-checksum-crc32");
    expect(headers.get("x-amz-content-sha256")).toBe(createHash("sha256").update("{}\n").digest("hex"));
    expect(headers.get("if-none-match")).toBe("*");
    expect(path).toBe("/bkt/20261122-100000.logs.log");
  });

  test.each([
    ["a header", () => new Response("", { status: 301, headers: { "x-amz-bucket-region": "eu-central-1" } })],
    ["the body", () => storeError(400, "AuthorizationHeaderMalformed", { extra: "<Region>eu-central-1</Region>" })],
    ["the body of another refusal", () => storeError(403, "AccessDenied", { extra: "<Region>eu-central-1</Region>" })],
  ])("goes where the store says that the bucket is, by %s", async (_, answer) => {
    await using fixture = new Fixture((__, count) => (count === 1 ? answer() : stored()));
    const reason = "the bucket is in eu-central-1; going on there";
    const [first, second] = await fixture.puts(2);
    expect(first).toMatchObject({ kind: "retry", afterMs: 0, isLasting: false, reason });
    expect(second).toEqual({ kind: "stored" });
    expect(fixture.regions).toEqual(["us-east-1", "eu-central-1"]);
  });

  test("follows a region that is none of AWS's, and does not repeat the word", async () => {
    const answer = storeError(400, "AuthorizationHeaderMalformed", { extra: "<Region>garage</Region>" });
    await using fixture = new Fixture((_, count) => (count === 1 ? answer : stored()));
    expect(await fixture.put()).toMatchObject({ reason: "the bucket is in another region; going on there" });
    expect(await fixture.put()).toEqual({ kind: "stored" });
    expect(fixture.regions).toEqual(["us-east-1", "garage"]);
  });

  test("follows no region that a busy store names", async () => {
    await using fixture = new Fixture(() => storeError(503, "SlowDown", { extra: "<Region>eu-central-1</Region>" }));
    await fixture.puts(2);
    expect(fixture.regions).toEqual(["us-east-1", "us-east-1"]);
  });

  test("is not sent to and fro between regions without end", async () => {
    const regions = ["eu-west-1", "eu-west-2"];
    await using fixture = new Fixture((_, count) =>
      storeError(301, "PermanentRedirect", { headers: { "x-amz-bucket-region": regions[count % 2] ?? "" } }),
    );
    const results = await fixture.puts(4);
    expect(results.map((result) => result.kind === "retry" && result.afterMs)).toEqual([0, 0, 0, undefined]);
    expect(results[3]).toMatchObject({ isLasting: true, reason: "301 PermanentRedirect: the bucket is elsewhere" });
  });

  test("leaves a region that leads nowhere, and reads anew what is configured", async () => {
    using directory = new TempDir();
    const file = directory.file("config");
    const endpoint = (url: string): void => writeFileSync(file, `[default]\nendpoint_url = ${url}\n`);
    endpoint("http://127.0.0.1:1");
    using _ = new AwsVariables({ ...SOME_KEYS, AWS_CONFIG_FILE: file });
    await using store = new ScriptedStore();
    const destination = new BucketDestination({ bucket: "bkt", prefix: "", keyFolder: "", variables: process.env });
    expect(await destination.put(batchOf(["{}\n"]), NEVER)).toMatchObject({
      reason: "ECONNREFUSED: the store cannot be reached",
      isOutcomeKnown: true,
    });
    endpoint(store.origin);
    expect(await destination.put(batchOf(["{}\n"]), NEVER)).toEqual({ kind: "stored" });
  });

  test("signs by the clock of the store when that is another one", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    await using fixture = new Fixture(({ headers }, count) =>
      count === 1
        ? storeError(403, "RequestTimeTooSkewed", { headers: { date } })
        : new Response(headers.get("x-amz-date"), { status: 500 }),
    );
    expect(await fixture.put()).toMatchObject({ afterMs: 0, isLasting: false });
    const again = await fixture.put();
    const hour = new Date(Date.now() + 3_600_000).toISOString().replaceAll(/[-:]/g, "").slice(0, 11);
    expect(again).toMatchObject({ detail: expect.stringContaining(hour) });
  });

  test("learns no clock from a portal", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    await using fixture = new Fixture((_, count) => (count === 1 ? page(200, { date }) : stored()));
    await fixture.puts(2);
    const [first, second] = fixture.store.requests.map(({ headers }) => headers.get("x-amz-date")?.slice(0, 11));
    expect(second).toBe(first ?? "");
  });

  test.each([
    [() => storeError(403, "AccessDenied"), "403 AccessDenied: no right to write there", "s3:PutObject"],
    [() => storeError(404, "NoSuchBucket"), "404 NoSuchBucket: no such bucket", "Create the bucket"],
    [() => page(200), "200 and an HTML page: the answer is not one of a store", "A portal or a proxy"],
    [() => new Response("", { status: 407 }), "407: the proxy does not pass it on", "HTTPS_PROXY"],
  ])("tells at once what will not work by itself, case %#", async (answer, reason, remedy) => {
    await using fixture = new Fixture(answer);
    expect(await fixture.put()).toMatchObject({ isLasting: true, reason, remedy: expect.stringContaining(remedy) });
  });

  test("looks at an object that has the name, because something on the way may have sent ours twice", async () => {
    const held: { text: string | undefined } = { text: undefined };
    await using fixture = new Fixture(({ method, body }) => {
      if (method !== "PUT") return new Response(held.text, { headers: { etag: '"zz"' } });
      held.text ??= body;
      return taken();
    });
    expect(await fixture.put()).toEqual({ kind: "stored" });
    expect(await fixture.destination.put(batchOf(["[]\n"]), NEVER)).toEqual({ kind: "name-taken" });
    expect(await fixture.destination.put(batchOf(["longer\n"]), NEVER)).toEqual({ kind: "name-taken" });
  });

  test("with the right to put only takes what exists after a lost answer for its own", async () => {
    await using fixture = new Fixture(({ method }) => (method === "PUT" ? taken() : new Response("", { status: 403 })));
    expect(await fixture.put({ wasAttempted: true })).toEqual({ kind: "stored" });
    expect(await fixture.put()).toEqual({ kind: "name-taken" });
  });

  test.each([
    ["a page", () => page(200)],
    ["a gateway", () => page(502)],
    ["nothing that is a store's", () => new Response("{}\n")],
    ["404", () => new Response("", { status: 404 })],
    ["a page that forbids", () => page(403)],
    ["credentials that have just expired", () => storeError(403, "ExpiredToken")],
  ])("takes %s in the place of the object for no proof of anything", async (_, answer) => {
    await using fixture = new Fixture(({ method }) => (method === "PUT" ? taken() : answer()));
    expect(await fixture.put()).toMatchObject({ kind: "retry", isOutcomeKnown: true });
    expect(await fixture.put({ wasAttempted: true })).toMatchObject({ kind: "retry" });
  });

  test.each([
    "evil.example/",
    "eu-central-1.evil.example",
    "AKIATESTTESTTESTTEST",
    "9f86d081884c7d659a2feaa0c55ad015",
    "",
  ])("takes no %j for a region, and repeats it nowhere", async (region) => {
    await using fixture = new Fixture(
      () => new Response("", { status: 301, headers: { "x-amz-bucket-region": region } }),
    );
    const [result] = await fixture.puts(2);
    expect(result).toMatchObject({ kind: "retry", isLasting: true, reason: "301: the answer is not one of a store" });
    expect(fixture.regions).toEqual(["us-east-1", "us-east-1"]);
  });

  test("has no address, and says which variables make it", async () => {
    await using fixture = new Fixture(undefined, { AWS_ENDPOINT_URL: "", AWS_REGION: "us east" });
    expect(await fixture.put()).toMatchObject({
      reason: "no address for the bucket",
      isLasting: true,
    });
  });
});

test("BucketDestination trusts the certificates of AWS_CA_BUNDLE as they are now", async () => {
  using directory = new TempDir();
  const caBundle = directory.file("ca.pem");
  await using store = new ScriptedStore(undefined, TEST_SERVER);
  const variables = { AWS_ENDPOINT_URL: store.origin, AWS_CA_BUNDLE: caBundle };
  const destination = new BucketDestination({ bucket: "bkt", prefix: "", keyFolder: "", variables });
  const put = (): Promise<PutResult> => destination.put(batchOf(["{}\n"]), NEVER);
  expect(await put()).toMatchObject({
    reason: expect.stringMatching(/^cannot read AWS_CA_BUNDLE: ENOENT/),
    isLasting: true,
  });
  writeFileSync(caBundle, TEST_CA);
  expect(await put()).toEqual({ kind: "stored" });
  const untrusting = new BucketDestination({
    bucket: "bkt",
    prefix: "",
    keyFolder: "",
    variables: { AWS_ENDPOINT_URL: store.origin },
  });
  expect(await untrusting.put(batchOf(["{}\n"]), NEVER)).toMatchObject({
    reason: "UNABLE_TO_VERIFY_LEAF_SIGNATURE: the certificate of the store is not trusted",
    remedy: expect.stringContaining("AWS_CA_BUNDLE"),
    isLasting: true,
    isOutcomeKnown: true,
  });
});

test("BucketDestination reads new credentials after a refusal", async () => {
  using directory = new TempDir();
  const file = directory.file("credentials");
  using _ = new AwsVariables({ AWS_SHARED_CREDENTIALS_FILE: file });
  await using store = new ScriptedStore(({ headers }) =>
    headers.get("authorization")?.includes("Credential=OLD") ? storeError(400, "ExpiredToken") : stored(),
  );
  const variables = { ...process.env, AWS_ENDPOINT_URL: store.origin };
  const destination = new BucketDestination({ bucket: "bkt", prefix: "", keyFolder: "", variables });
  const kinds: string[] = [];
  for (const id of [undefined, "OLD", "NEW"]) {
    if (id !== undefined) writeFileSync(file, `[default]\naws_access_key_id=${id}\naws_secret_access_key=s\n`);
    const result = await destination.put(batchOf(["{}\n"]), NEVER);
    kinds.push(result.kind === "retry" ? result.reason : result.kind);
  }
  expect(kinds).toEqual([
    "no AWS credentials: CredentialsProviderError",
    "400 ExpiredToken: the credentials were refused",
    "stored",
  ]);
});

test("BucketDestination tells the log alone what AWS's libraries say about credentials", async () => {
  using _ = new AwsVariables({});
  const destination = new BucketDestination({ bucket: "bkt", prefix: "", keyFolder: "", variables: process.env });
  expect(await destination.put(batchOf(["{}\n"]), NEVER)).toEqual({
    kind: "retry",
    reason: "no AWS credentials: CredentialsProviderError",
    detail: expect.stringContaining("Could not load credentials"),
    isOutcomeKnown: true,
    remedy: expect.stringContaining("~/.aws/credentials"),
  });
});
