import { describe, expect, test } from "bun:test";
import type { Batch, UploadUrlResult, UploadUrlSource } from "../../../src/pipeline.ts";
import { PresignedDestination } from "../../../src/upload/destinations/presigned-destination.ts";

import { page, stored, storeError } from "../../support/scripted-store.ts";
import { batchOf, NEVER } from "../batch.ts";

/** A store that answers PUTs as told, and an API that hands out URLs to it. */
class Fixture implements Disposable, UploadUrlSource {
  readonly asked: string[] = [];
  readonly puts: { path: string; headers: Headers }[] = [];
  readonly answers: Response[] = [];
  urlOf = (name: string): string => `${this.origin}/${name}?X-Amz-Expires=100&X-Amz-Signature=secret`;
  nowMs = 0;
  readonly destination = new PresignedDestination(this, () => this.nowMs);
  readonly #server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      this.puts.push({ path: new URL(request.url).pathname, headers: request.headers });
      return this.answers.shift() ?? stored();
    },
  });

  get origin(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  uploadUrl(objectName: string): Promise<UploadUrlResult> {
    this.asked.push(objectName);
    return Promise.resolve({ kind: "url", url: this.urlOf(objectName) });
  }

  put(name: string, change: Partial<Batch> = {}) {
    return this.destination.put(batchOf(["{}\n"], { name, ...change }), NEVER);
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }
}

const unreadable = (): Response => new Response("", { status: 403 });
/** For a HEAD and a GET. */
const object = (text: string) => Array.from({ length: 2 }, () => new Response(text, { headers: { etag: '"zz"' } }));
const taken = (): Response => storeError(412, "PreconditionFailed");
const NAME = "20261122-100000.logs.log";
const OTHER = "20261122-100001.logs.log";

describe("PresignedDestination", () => {
  test("asks for one URL a batch and sends text/plain", async () => {
    using fixture = new Fixture();
    await fixture.put(NAME);
    await fixture.put(OTHER);
    expect(fixture.asked).toEqual([NAME, OTHER]);
    expect(fixture.puts[0]?.headers.get("content-type")).toBe("text/plain");
    expect(fixture.puts[0]?.headers.get("if-none-match")).toBe("*");
  });

  test("retries with the same URL, and with a new one after a 403", async () => {
    using fixture = new Fixture();
    const expired = storeError(403, "AccessDenied", { message: "Request has expired" });
    fixture.answers.push(new Response("", { status: 500 }), expired);
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", reason: "500", isOutcomeKnown: false });
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", isOutcomeKnown: true });
    expect(await fixture.put(NAME)).toEqual({ kind: "stored" });
    expect(fixture.asked).toEqual([NAME, NAME]);
  });

  test("takes a new URL when the lifetime of the old one is nearly over, by its own clock", async () => {
    using fixture = new Fixture();
    fixture.answers.push(new Response("", { status: 500 }), new Response("", { status: 500 }));
    await fixture.put(NAME);
    fixture.nowMs = 97_000;
    await fixture.put(NAME);
    expect(fixture.asked).toHaveLength(1);
    fixture.nowMs = 99_000;
    await fixture.put(NAME);
    expect(fixture.asked).toHaveLength(2);
  });

  test("refuses the URL of another batch", async () => {
    using fixture = new Fixture();
    await fixture.put(NAME);
    fixture.urlOf = () => `${fixture.origin}/${NAME}?X-Amz-Signature=again`;
    expect(await fixture.put(OTHER)).toMatchObject({
      kind: "retry",
      reason: expect.stringMatching(/upload URL of another object/),
    });
    fixture.urlOf = () => `${fixture.origin}/some/key?X-Amz-Signature=a`;
    expect(await fixture.put("20261122-100002.logs.log")).toEqual({ kind: "stored" });
    expect(await fixture.put("20261122-100003.logs.log")).toMatchObject({
      kind: "retry",
      reason: expect.stringMatching(/another object/),
    });
    expect(fixture.puts).toHaveLength(2);
  });

  test("follows no redirect", async () => {
    using fixture = new Fixture();
    fixture.answers.push(new Response("", { status: 307, headers: { location: `${fixture.origin}/elsewhere` } }));
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", reason: "307: the answer is not one of a store" });
    expect(fixture.puts).toHaveLength(1);
  });

  test("hands on how long the store wants to be left alone", async () => {
    using fixture = new Fixture();
    fixture.answers.push(storeError(503, "SlowDown", { headers: { "retry-after": "7" } }));
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", reason: "503 SlowDown", afterMs: 7000 });
  });

  test("goes on without If-None-Match where the store does not know it", async () => {
    using fixture = new Fixture();
    fixture.answers.push(storeError(501, "NotImplemented", { extra: "<Header>If-None-Match</Header>" }));
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", afterMs: 0 });
    expect(await fixture.put(NAME)).toEqual({ kind: "stored" });
    expect(fixture.puts[1]?.headers.has("if-none-match")).toBe(false);
    expect(fixture.puts[1]?.headers.has("content-md5")).toBe(true);
  });

  test("takes an object that it may not read for its own only after an attempt that may have stored it", async () => {
    using fixture = new Fixture();
    const forged = storeError(403, "SignatureDoesNotMatch");
    fixture.answers.push(taken(), unreadable(), forged, taken(), unreadable(), unreadable());
    expect(await fixture.put(NAME)).toEqual({ kind: "name-taken" });
    expect(await fixture.put(OTHER, { wasAttempted: true })).toEqual({ kind: "stored" });
  });

  test("compares an object whose URL lets it be read: something on the way may have sent ours twice", async () => {
    using fixture = new Fixture();
    fixture.answers.push(taken(), ...object("{}\n"), taken(), ...object("[]\n"));
    expect(await fixture.put(NAME)).toEqual({ kind: "stored" });
    expect(await fixture.put(OTHER, { wasAttempted: true })).toEqual({ kind: "name-taken" });
  });

  test.each([
    ["ExpiredToken", () => storeError(400, "ExpiredToken")],
    ["ExpiredRequest", () => storeError(400, "ExpiredRequest")],
    ["SignatureDoesNotMatch", () => storeError(403, "SignatureDoesNotMatch")],
    ["RequestTimeTooSkewed", () => storeError(403, "RequestTimeTooSkewed")],
    ["NoSuchBucket", () => storeError(404, "NoSuchBucket")],
    ["PermanentRedirect", () => storeError(301, "PermanentRedirect")],
    ["401 without a word", () => new Response("", { status: 401 })],
    ["410", () => new Response("", { status: 410 })],
    ["a page that forbids", () => page(403)],
    ["400 with a code that nobody knows", () => storeError(400, "Whatever")],
  ])("asks for a new URL after %s", async (_, answer) => {
    using fixture = new Fixture();
    fixture.answers.push(answer());
    expect((await fixture.put(NAME)).kind).toBe("retry");
    expect(await fixture.put(NAME)).toEqual({ kind: "stored" });
    expect(fixture.asked).toEqual([NAME, NAME]);
  });

  test.each([
    ["a page", () => page(200)],
    ["a login", () => new Response("", { status: 302, headers: { location: "/login" } })],
    ["a proxy that wants one", () => new Response("", { status: 407 })],
    ["a gateway", () => page(502)],
    ["SlowDown", () => storeError(503, "SlowDown")],
    ["OperationAborted", () => storeError(409, "OperationAborted")],
  ])("keeps its URL after %s, because another one might lead to another key", async (_, answer) => {
    using fixture = new Fixture();
    fixture.answers.push(answer());
    expect((await fixture.put(NAME, { wasAttempted: true })).kind).toBe("retry");
    expect(await fixture.put(NAME, { wasAttempted: true })).toEqual({ kind: "stored" });
    expect(fixture.asked).toEqual([NAME]);
  });

  test("asks for a new URL when the old one leads nowhere, unless an attempt is in doubt", async () => {
    using fixture = new Fixture();
    fixture.urlOf = () => "http://127.0.0.1:1/key?X-Amz-Signature=secret";
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", isOutcomeKnown: true });
    await fixture.put(NAME, { wasAttempted: true });
    await fixture.put(NAME, { wasAttempted: true });
    expect(fixture.asked).toHaveLength(2);
  });

  test("sends Content-MD5, which S3 verifies, but for a signature that covers it", async () => {
    using fixture = new Fixture();
    await fixture.put(NAME);
    fixture.urlOf = (name) => `${fixture.origin}/${name}?AWSAccessKeyId=A&Expires=9999999999&Signature=secret`;
    await fixture.put(OTHER);
    const md5 = new Bun.CryptoHasher("md5").update("{}\n").digest("base64");
    expect(fixture.puts.map(({ headers }) => headers.get("content-md5"))).toEqual([md5, null]);
  });

  test("goes on without Content-MD5 where the signature does not bear it", async () => {
    using fixture = new Fixture();
    fixture.answers.push(storeError(403, "SignatureDoesNotMatch"));
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", afterMs: 0 });
    expect(await fixture.put(NAME)).toEqual({ kind: "stored" });
    expect(fixture.puts.map(({ headers }) => headers.has("content-md5"))).toEqual([true, false]);
  });

  test("never shows the query string of a URL, which is a secret", async () => {
    using fixture = new Fixture();
    fixture.urlOf = () => "http://127.0.0.1:1/key?X-Amz-Signature=secret";
    const result = await fixture.put(NAME);
    expect(result).toMatchObject({ kind: "retry" });
    expect(JSON.stringify(result)).not.toContain("secret");
    fixture.urlOf = () => "ftp://127.0.0.1/key?X-Amz-Signature=secret";
    expect(JSON.stringify(await fixture.put(NAME))).not.toContain("secret");
  });
});
