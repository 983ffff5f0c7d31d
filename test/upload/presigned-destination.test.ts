import { describe, expect, test } from "bun:test";
import type { Batch, UploadUrlResult, UploadUrlSource } from "../../src/pipeline.ts";
import { PresignedDestination } from "../../src/upload/presigned-destination.ts";

const NEVER = new AbortController().signal;

function batchOf(name: string, change: Partial<Batch> = {}): Batch {
  const slices = [new Uint8Array(Buffer.from("{}\n"))];
  return { stream: "logs", name, lines: 1, bytes: 3, slices, place: "", wasSent: false, ...change };
}

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
      return this.answers.shift() ?? new Response();
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
    return this.destination.put(batchOf(name, change), NEVER);
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }
}

const exists = (): Response => new Response("<Code>PreconditionFailed</Code>", { status: 412 });
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
    const expired = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    fixture.answers.push(new Response("", { status: 500 }), new Response(expired, { status: 403 }));
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", reason: "500" });
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", reason: "403 AccessDenied" });
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
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", reason: expect.stringMatching(/307, a redirect/) });
    expect(fixture.puts).toHaveLength(1);
  });

  test("hands on how long the store wants to be left alone", async () => {
    using fixture = new Fixture();
    fixture.answers.push(new Response("<Code>SlowDown</Code>", { status: 503, headers: { "retry-after": "7" } }));
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", reason: "503 SlowDown", afterMs: 7000 });
  });

  test("goes on without If-None-Match where the store does not know it", async () => {
    using fixture = new Fixture();
    fixture.answers.push(new Response("", { status: 501 }));
    expect(await fixture.put(NAME)).toMatchObject({ kind: "retry", afterMs: 0 });
    expect(await fixture.put(NAME)).toEqual({ kind: "stored" });
    expect(fixture.puts[1]?.headers.has("if-none-match")).toBe(false);
  });

  test("takes an object that exists for its own only after an attempt that may have stored it", async () => {
    using fixture = new Fixture();
    fixture.answers.push(exists(), new Response("", { status: 504 }), exists(), exists());
    expect(await fixture.put(NAME)).toEqual({ kind: "exists" });
    expect(await fixture.put(OTHER)).toMatchObject({ kind: "retry" });
    expect(await fixture.put(OTHER)).toEqual({ kind: "stored" });
    expect(await fixture.put("20261122-100002.logs.log", { wasSent: true })).toEqual({ kind: "stored" });
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
