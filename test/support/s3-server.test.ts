import { describe, expect, test } from "bun:test";
import { built, needs } from "./built.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { valueAt } from "./json.ts";
import { presignPut, S3Server } from "./s3-server.ts";
import { WarpbuildApi } from "./warpbuild-api.ts";

/** What the S3 server that the tests stand on does: the uploader's rules are proved against it, so its own are held here. */
const s3 = needs("s3");

const put = (url: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: "PUT", body, headers: { "content-type": "text/plain", ...headers } });

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe.skipIf(s3.missing)(s3.title("S3Server"), () => {
  test("takes a presigned PUT, replaces without a condition, and keeps the object with If-None-Match", async () => {
    await using server = await S3Server.start(built("s3"));
    const url = presignPut(server, server.origin, "a/b.log", 60);
    expect((await put(url, "one\n")).status).toBe(200);
    expect((await put(url, "two\n")).headers.get("etag")).toBe(`"${Bun.MD5.hash("two\n", "hex")}"`);
    const refused = await put(url, "three\n", { "if-none-match": "*" });
    expect([refused.status, await refused.text()]).toEqual([412, expect.stringContaining("<Code>PreconditionFailed<")]);
    const objects = await server.objects();
    expect([...objects.keys()]).toEqual(["a/b.log"]);
    expect(text(objects.get("a/b.log"))).toBe("two\n");
  });

  test("refuses an expired URL, a changed signature and another host", async () => {
    await using server = await S3Server.start(built("s3"));
    const old = presignPut(server, server.origin, "k", 1);
    const good = presignPut(server, server.origin, "k", 60);
    const forged = await put(good.replace(/Signature=.{8}/, "Signature=00000000"), "x");
    expect([forged.status, await forged.text()]).toEqual([403, expect.stringContaining("SignatureDoesNotMatch")]);
    expect((await put(good.replace("127.0.0.1", "localhost"), "x")).status).toBe(403);
    // Real time: the lifetime is checked by the server's own clock, in whole seconds.
    await Bun.sleep(2100);
    const expired = await put(old, "x");
    expect([expired.status, await expired.text()]).toEqual([403, expect.stringContaining("Request has expired")]);
    expect(await server.objects()).toEqual(new Map());
  });

  test("takes URLs that the stand-in of the API signed for a proxy before it", async () => {
    await using server = await S3Server.start(built("s3"));
    await using proxy = await FaultProxy.start(server.origin);
    await using api = new WarpbuildApi({ presign: (name) => presignPut(server, proxy.origin, `logs/${name}`, 60) });
    const path = `${api.hostUrl}/runners_instance/${api.id}/presigned_log_upload_url?log-file-name=n.logs.log`;
    const answer: unknown = await (await fetch(path, { headers: { "x-polling-secret": api.secret } })).json();
    expect((await put(String(valueAt(answer, "url")), "x\n")).status).toBe(200);
    expect([...(await server.objects()).keys()]).toEqual(["logs/n.logs.log"]);
  });
});
