/** A full ring refuses, so that the sender keeps its data; what was accepted is delivered once there is room again. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt, valueAt } from "../support/json.ts";
import { logsJson, metricsJson } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("a full ring"), () => {
  test("refuses with 503 and Retry-After, leaves other streams alone, and loses nothing it accepted", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--buffer-bytes", "1MiB"]);
    await store.goAway();
    const accepted: string[] = [];
    const refused = await eventually("a refusal", async () => {
      const line = logsJson(`line-${accepted.length}`, 50_000);
      const answer = await agent.post("/v1/logs", line);
      if (answer.status !== 200) return answer;
      accepted.push(line);
      return undefined;
    });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(await refused.json()).toMatchObject({ message: expect.any(String) });
    expect(accepted.length).toBeGreaterThan(15);

    const metrics = metricsJson("unhurt");
    expect((await agent.post("/v1/metrics", metrics)).status).toBe(200);
    const stats = await agent.stats();
    expect(valueAt(stats, "buffer_is_full")).toBe(true);
    expect(numberAt(stats, "streams", "logs", "ring_lines")).toBe(accepted.length);

    await store.comeBack();
    const late = logsJson("late");
    await eventually("room", async () => (await agent.post("/v1/logs", late)).status === 200, { timeoutMs: 40_000 });
    await expectStop(agent);
    await expectDelivered(store, [...accepted, late], "logs");
    await expectDelivered(store, [metrics], "metrics");
  });

  test("answers 413 to a line that can never fit", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--buffer-bytes", "1MiB"]);
    const answer = await agent.post("/v1/logs", logsJson("huge", 600 * 1024));
    expect(answer.status).toBe(413);
    expect(answer.headers.get("retry-after")).toBeNull();
  });
});
