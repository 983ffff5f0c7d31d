/**
 * The faults of the uploader that this agent replaces, under their numbers in the list of twelve: each test would fail
 * on it. What a fault did is the test's name.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { SLOW_DOWN, type SeenRequest } from "../support/fault-proxy.ts";
import { numberAt } from "../support/json.ts";
import { logsJson } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { WarpbuildStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const withS3 = needs("executable", "s3");

describe.skipIf(withS3.missing)(withS3.title("faults of the original uploader"), () => {
  test("1: a failed PUT or URL request lost the data, nothing was retried", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    let failures = 0;
    store.api.program(({ route }) =>
      route === "presigned_log_upload_url" && failures++ < 2 ? { kind: "status", status: 500 } : undefined,
    );
    store.proxy.failNext(SLOW_DOWN, 2);
    await using agent = await startAgent(store, base);
    const sent = await sendLogs(agent, 0, 3);

    await eventually("the object", async () => (await store.objects()).size === 1, { timeoutMs: 40_000 });
    await expectStop(agent);
    await expectDelivered(store, sent);
    expect(failures).toBeGreaterThanOrEqual(3);
    const puts = store.proxy.requests.filter((seen) => seen.method === "PUT");
    expect(puts.map((seen) => seen.status)).toEqual([503, 503, 200]);
    expect(new Set(puts.map(fingerprint)).size, "one name and one body in every attempt").toBe(1);
  });

  test("2: data was dropped once a hundred uploads waited", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    await store.goAway();
    await using agent = await startAgent(store, base, ["--buffer-lines", "1"]);
    const sent = await sendLogs(agent, 0, 300);
    const retries = async (): Promise<number> => numberAt(await agent.stats(), "streams", "logs", "retries");
    await eventually("failed uploads", async () => (await retries()) >= 2, { timeoutMs: 30_000 });

    await store.comeBack();
    await expectStop(agent);
    await expectDelivered(store, sent);
  });

  test("3: a buffer was written to again while it was being uploaded", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    let puts = 0;
    // Every object takes two attempts, so its bytes are read again when others have long come behind them.
    store.proxy.program(() => (puts++ % 2 === 0 ? SLOW_DOWN : { kind: "slow", ms: 100 }));
    // A ring of the least size, gone round about three times while uploads are under way.
    await using agent = await startAgent(store, base, ["--buffer-bytes", "1MiB", "--buffer-lines", "20"]);
    const sent: string[] = [];
    for (let n = 0; n < 300; n++) {
      const line = logsJson(`line-${n}`, 10_000);
      await eventually("room", async () => (await agent.post("/v1/logs", line)).status === 200);
      sent.push(line);
    }
    await expectStop(agent);
    await expectDelivered(store, sent);
  });

  test("6: two objects of one second had one name", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--buffer-lines", "1"]);
    const sent = await sendLogs(agent, 0, 1);
    await eventually("the first object", async () => (await store.objects()).size === 1);
    sent.push(...(await sendLogs(agent, 1, 2)));
    await expectStop(agent);
    expect((await store.objects()).size).toBe(2);
    await expectDelivered(store, sent);
  });

  test("6: the upload URL was fetched one object ahead and expired", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    store.expiresInSeconds = 1;
    let puts = 0;
    // The first attempt reaches the store when its URL is too old: 403, as S3 says it.
    store.proxy.program(({ method }) => (method === "PUT" && puts++ === 0 ? { kind: "slow", ms: 2500 } : undefined));
    await using agent = await startAgent(store, base);
    const sent = await sendLogs(agent, 0, 1);

    await eventually("the object", async () => (await store.objects()).size === 1, { timeoutMs: 30_000 });
    await expectStop(agent);
    await expectDelivered(store, sent);
    expect(store.proxy.requests.map((seen) => seen.status)).toEqual([403, 200]);
    expect(new Set(store.proxy.requests.map(fingerprint)).size).toBe(1);
    const asked = store.api.requests.filter((request) => request.route === "presigned_log_upload_url");
    expect(asked.length).toBeGreaterThanOrEqual(2);
  });

  test("6: with no new URL, the last object was overwritten through the old one", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--buffer-lines", "1"]);
    const sent = await sendLogs(agent, 0, 1);
    await eventually("the first object", async () => (await store.objects()).size === 1);

    store.api.program(() => ({ kind: "same-url" }));
    sent.push(...(await sendLogs(agent, 1, 2)));
    const asked = (): number => store.api.requests.filter(({ objectName }) => objectName !== null).length;
    await eventually("the old URL to be handed out twice", () => asked() >= 3, { timeoutMs: 30_000 });
    expect((await store.objects()).size).toBe(1);
    expect(store.proxy.requests.filter((seen) => seen.method === "PUT")).toHaveLength(1);

    store.api.heal();
    await expectStop(agent);
    await expectDelivered(store, sent);
  });

  test("11: the first URL was fetched inside the first request, under one lock", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    store.api.program(() => ({ kind: "hang" }));
    await using agent = await startAgent(store, base, ["--buffer-lines", "1", "--drain-timeout", "2s"]);
    const startedAt = performance.now();
    const sent = await sendLogs(agent, 0, 20);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect((await agent.get("/health")).status).toBe(200);

    await expectStop(agent, 3);
    store.api.heal();
    await using again = await startAgent(store, base);
    await expectStop(again);
    await expectDelivered(store, sent);
  });
});

/** What must be the same in every attempt of one object. */
function fingerprint({ path, body }: SeenRequest): string {
  return `${path} ${Bun.hash(body)}`;
}
