import { afterEach, describe, expect, test } from "bun:test";
import { OtlpTarget } from "../../src/replay/otlp-target.ts";

interface Seen {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

let server: Bun.Server<undefined> | undefined;
afterEach(async () => await server?.stop(true));

function listen(...answers: readonly (() => Response)[]): { readonly url: URL; readonly seen: Seen[] } {
  const seen: Seen[] = [];
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      seen.push({ path: new URL(request.url).pathname, headers: request.headers, body: await request.text() });
      return answers[seen.length - 1]?.() ?? Response.json({});
    },
  });
  return { url: new URL(server.url), seen };
}

function busy(status: number): () => Response {
  return () => new Response("busy", { status, headers: { "retry-after": "0" } });
}

const never = new AbortController().signal;

describe("OtlpTarget", () => {
  test("sends each signal to its path below the URL, with the headers", async () => {
    const { url, seen } = listen();
    const target = new OtlpTarget({ url: new URL("otlp/", url), headers: { "x-key": "k" } });
    for (const signal of ["logs", "metrics", "traces"] as const) {
      expect(await target.send(signal, `{"${signal}":1}`, never)).toEqual({ kind: "taken", rejected: 0 });
    }
    expect(seen.map(({ path }) => path)).toEqual(["/otlp/v1/logs", "/otlp/v1/metrics", "/otlp/v1/traces"]);
    expect(seen.map(({ body }) => body)).toEqual(['{"logs":1}', '{"metrics":1}', '{"traces":1}']);
    for (const { headers } of seen) {
      expect([headers.get("content-type"), headers.get("x-key")]).toEqual(["application/json", "k"]);
    }
  });

  test("sends the same again while the endpoint asks for it, and tells both changes", async () => {
    const { url, seen } = listen(busy(503), busy(429));
    const told: (string | undefined)[] = [];
    const target = new OtlpTarget({ url, onChange: (reason) => told.push(reason) });
    expect(await target.send("logs", "{}", never)).toEqual({ kind: "taken", rejected: 0 });
    expect(seen).toHaveLength(3);
    expect(told).toEqual(["503 busy", undefined]);
  });

  test("gives up what is refused for good, with the reason, and counts what is taken in part", async () => {
    const partial = { partialSuccess: { rejectedSpans: "3", errorMessage: "no" } };
    const { url } = listen(
      () => new Response("bad id", { status: 400 }),
      () => Response.json(partial),
      () => new Response(null, { status: 307, headers: { location: "http://127.0.0.1:9/" } }),
    );
    const target = new OtlpTarget({ url });
    expect(await target.send("traces", "{}", never)).toEqual({ kind: "refused", reason: "400 bad id" });
    expect(await target.send("traces", "{}", never)).toEqual({ kind: "taken", rejected: 3 });
    expect(await target.send("traces", "{}", never)).toEqual({ kind: "refused", reason: "307" });
  });

  test("stops waiting when it is told to", async () => {
    const stop = new AbortController();
    const target = new OtlpTarget({
      url: new URL("http://127.0.0.1:9"),
      onChange: () => stop.abort(new Error("stop")),
    });
    expect(await target.send("logs", "{}", stop.signal).catch(String)).toBe("Error: stop");
  });
});
