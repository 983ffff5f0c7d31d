/** A job that fills a ring to the brim while the store is away: our own collector still gets in. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { needs } from "../support/built.ts";
import { collectorOptions, startWithCollector } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt, valueAt } from "../support/json.ts";
import { metricsJson } from "../support/samples.ts";
import { expectSaidOnce, expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const parts = needs("executable", "collector");

describe.skipIf(parts.missing)(parts.title("a ring that a job has filled to the brim"), () => {
  test("takes our collector's metrics, says so, and has room for all when the store is back", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startWithCollector(collectorOptions(store, base, ["--buffer-bytes", "4MiB"]));
    const accepted = async (): Promise<number> =>
      numberAt(await agent.stats(), "streams", "metrics", "accepted_requests");
    await store.goAway();
    for (const bytes of [500_000, 10_000, 100, 1]) {
      const body = metricsJson("x".repeat(bytes));
      while ((await agent.post("/v1/metrics", body)).status === 200) {
        // Once more.
      }
    }
    const before = await accepted();
    await eventually("two more of the collector's", async () => (await accepted()) >= before + 2, {
      timeoutMs: 30_000,
    });
    expect((await agent.post("/v1/metrics", metricsJson("x"))).status).toBe(503);
    expect(valueAt(await agent.health(), "parts", "rings")).toMatchObject({
      status: "degraded",
      reason: expect.stringContaining("The ring of metrics takes only our collector's lines"),
      remedy: expect.any(String),
    });
    await expectSaidOnce(agent, /Refusing requests: the ring is full reason="ring-full" stream="metrics"/);

    await store.comeBack();
    await eventually("room", async () => (await agent.post("/v1/metrics", metricsJson("late"))).status === 200, {
      timeoutMs: 40_000,
    });
    await expectStop(agent);
  });
});
