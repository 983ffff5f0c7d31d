import { describe, expect, test } from "bun:test";
import { WarpBuildClient } from "../../src/backend/warpbuild-client.ts";
import { mask } from "../../src/lib/mask.ts";
import { rejectionOf } from "../support/rejection.ts";

const NEVER = new AbortController().signal;
const SECRET = "polling-secret";

/** The client against a server that answers everything with `answer`. */
async function ask<T>(answer: Response, call: (client: WarpBuildClient) => Promise<T>) {
  const requests: { url: string; secret: string | null }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      requests.push({ url: request.url, secret: request.headers.get("x-polling-secret") });
      return answer;
    },
  });
  try {
    const hostUrl = `http://127.0.0.1:${server.port}/api/v1`;
    const result = await call(new WarpBuildClient({ hostUrl, runnerId: "run/7", pollingSecret: SECRET }));
    return { result, request: requests[0], hostUrl };
  } finally {
    await server.stop(true);
  }
}

describe("WarpBuildClient", () => {
  test("asks for an upload URL as the contract says", async () => {
    const answer = Response.json({ url: "https://bucket.example/key?sig" });
    const { result, request, hostUrl } = await ask(answer, (client) => client.uploadUrl("a.logs.log", NEVER));
    expect(result).toEqual({ kind: "url", url: "https://bucket.example/key?sig" });
    expect(request?.url).toBe(`${hostUrl}/runners_instance/run%2F7/presigned_log_upload_url?log-file-name=a.logs.log`);
    expect(request?.secret).toBe(SECRET);
  });

  test.each([
    [{ telemetry_enabled: false, status: "x" }, false],
    [{ telemetry_enabled: true }, true],
    [{ status: "assigned", runner_instance: {} }, true],
    [{ telemetry_enabled: null }, true],
  ])("reads allocation details %p", async (details, isTelemetryEnabled) => {
    const { result } = await ask(Response.json(details), (client) => client.allocationDetails(NEVER));
    expect(result).toEqual({ kind: "answered", isTelemetryEnabled });
  });

  test.each<[string, Response, RegExp]>([
    [
      "a wrong secret",
      Response.json({ code: "x", message: "unauthorized" }, { status: 401 }),
      /^the API answered presigned_log_upload_url: 401, its words are in the log$/,
    ],
    ["an HTML page", new Response("<!DOCTYPE html><p>", { headers: { "content-type": "text/html" } }), /contract/],
    ["an HTML error", new Response("<html>", { status: 502 }), /502 and an HTML page/],
    ["another shape", Response.json({ url: 7 }), /contract/],
    ["a redirect", new Response("", { status: 302, headers: { location: "/x" } }), /302/],
  ])("asks again after %s", async (_, answer, reason) => {
    const { result } = await ask(answer, (client) => client.uploadUrl("a", NEVER));
    expect(result).toMatchObject({ kind: "retry", reason: expect.stringMatching(reason) });
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });

  test("keeps the words of the API apart from the reason, which everybody may read", async () => {
    const said = `no ${SECRET} for you, see https://bucket.example/key?X-Amz-Signature=51b0`;
    const answer = Response.json({ code: SECRET, message: said }, { status: 400 });
    const { result } = await ask(answer, (client) => client.allocationDetails(NEVER));
    expect(result).toEqual({
      kind: "retry",
      reason: "the API answered allocation_details: 400, its words are in the log",
      detail: said,
    });
  });

  test("has the log hide its secret, and the signature of each URL that it was given", async () => {
    const url = "https://bucket.example/key?X-Amz-Signature=b5bb9d8014a0f9b1d61e21e796d78dcc";
    await ask(Response.json({ url }), (client) => client.uploadUrl("a", NEVER));
    expect(mask(`${SECRET} b5bb9d8014a0f9b1d61e21e796d78dcc`)).toBe("*** ***");
  });

  test("asks again when nobody answers, and rejects when it is cut off", async () => {
    const client = new WarpBuildClient({ hostUrl: "http://127.0.0.1:1", runnerId: "r", pollingSecret: SECRET });
    expect(await client.uploadUrl("a", NEVER)).toMatchObject({
      kind: "retry",
      reason: expect.stringMatching(/ECONNREFUSED|ConnectionRefused/),
    });
    expect(await rejectionOf(client.uploadUrl("a", AbortSignal.abort(new Error("cut"))))).toMatchObject({
      message: "cut",
    });
  });

  test("hands on Retry-After", async () => {
    const busy = new Response("", { status: 429, headers: { "retry-after": "3" } });
    const { result } = await ask(busy, (client) => client.uploadUrl("a", NEVER));
    expect(result).toMatchObject({ kind: "retry", afterMs: 3000 });
  });
});
