import { expect, test } from "bun:test";
import { EXPIRED, FaultProxy } from "./fault-proxy.ts";

/** A server behind the proxy that remembers what reached it. */
function upstream(): { origin: string; seen: { host: string | null; body: string }[] } & Disposable {
  const seen: { host: string | null; body: string }[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      seen.push({ host: request.headers.get("host"), body: await request.text() });
      return new Response("behind", { status: 201, headers: { etag: '"e"' } });
    },
  });
  return { origin: `http://127.0.0.1:${server.port}`, seen, [Symbol.dispose]: () => void server.stop(true) };
}

const put = (origin: string, body: string | Blob = "body", timeoutMs = 2000): Promise<Response> =>
  fetch(`${origin}/key?secret=1`, { method: "PUT", body, keepalive: false, signal: AbortSignal.timeout(timeoutMs) });

const errorOf = (promise: Promise<Response>): Promise<string> =>
  promise.then(
    (answer) => `no error but ${answer.status}`,
    (error: unknown) => Bun.inspect(error),
  );

test("FaultProxy passes a request on with the Host the client signed, and the answer back", async () => {
  using behind = upstream();
  await using proxy = await FaultProxy.start(behind.origin);
  const answer = await put(proxy.origin);
  expect([answer.status, answer.headers.get("etag"), await answer.text()]).toEqual([201, '"e"', "behind"]);
  expect(behind.seen).toEqual([{ host: new URL(proxy.origin).host, body: "body" }]);
  expect(proxy.requests).toMatchObject([{ method: "PUT", path: "/key", status: 201, fault: undefined }]);
});

test("FaultProxy answers a status itself, as often as asked", async () => {
  using behind = upstream();
  await using proxy = await FaultProxy.start(behind.origin);
  proxy.failNext(EXPIRED, 2);
  expect((await put(proxy.origin)).status).toBe(403);
  expect(await (await put(proxy.origin)).text()).toContain("Request has expired");
  expect((await put(proxy.origin)).status).toBe(201);
  expect(behind.seen).toHaveLength(1);
});

test("FaultProxy resets in the middle of a body: nothing reaches the server", async () => {
  using behind = upstream();
  await using proxy = await FaultProxy.start(behind.origin);
  proxy.failNext({ kind: "reset", afterBytes: 1000 });
  expect(await errorOf(put(proxy.origin, new Blob(["x".repeat(4_000_000)])))).toContain("ECONNRESET");
  await put(proxy.origin);
  expect(behind.seen).toHaveLength(1);
});

test("FaultProxy loses the answer of a request that was carried out", async () => {
  using behind = upstream();
  await using proxy = await FaultProxy.start(behind.origin);
  proxy.failNext({ kind: "lose-answer" });
  expect(await errorOf(put(proxy.origin))).toContain("ECONNRESET");
  expect(behind.seen).toHaveLength(1);
});

test("FaultProxy hangs: the client's own timeout ends it", async () => {
  using behind = upstream();
  await using proxy = await FaultProxy.start(behind.origin);
  proxy.failAll({ kind: "hang" });
  expect(await errorOf(put(proxy.origin, "body", 50))).toContain("timed out");
  expect(behind.seen).toHaveLength(0);
  proxy.heal();
  expect((await put(proxy.origin)).status).toBe(201);
});

test("FaultProxy.refuse() refuses connections until accept(), on the same port", async () => {
  using behind = upstream();
  await using proxy = await FaultProxy.start(behind.origin);
  const { origin } = proxy;
  await proxy.refuse();
  expect(await errorOf(put(origin))).toContain("ECONNREFUSED");
  await proxy.accept();
  expect((await put(origin)).status).toBe(201);
});
