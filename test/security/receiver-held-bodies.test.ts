/** Bodies that do not come, or hardly: their senders hold nothing that somebody else needs. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { HonestSender } from "../support/honest-sender.ts";
import { quickly } from "../support/pace.ts";
import { numberAt, valueAt } from "../support/json.ts";
import { logsJson } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectSaidOnce } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { Attack, type Manner } from "./attack.ts";
import { PageProbe } from "./page-probe.ts";

setDefaultTimeout(60_000);

const MIB = 1024 * 1024;
const IN_FLIGHT_MAX_BYTES = 32 * MIB;
const ATTACK_MS = 2500;

const KINDS: readonly (readonly [what: string, manner: Manner, connections: number, bodyBytes: number])[] = [
  ["2 bodies of 16 MiB that are announced and do not come", "announce", 2, 16 * MIB],
  ["200 such of 1 MiB", "announce", 200, MIB],
  ["2,000 such of 64 KiB", "announce", 2000, 64 * 1024],
  ["50 bodies of 16 MiB but for the last byte", "stall", 50, 16 * MIB],
  ["1,000 bodies of 1 MiB but for the last byte", "stall", 1000, MIB],
  ["4 bodies of 16 MiB in drops", "drip", 4, 16 * MIB],
];

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing || process.platform !== "linux")(agentOnly.title("held bodies"), () => {
  test.each(KINDS)(
    "%s",
    quickly(async (_, manner, connections, bodyBytes) => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using agent = await startAgent(store, base);
      const request = { line: "POST /v1/traces", body: new Uint8Array(bodyBytes).fill(0x20) };
      await using _attack = await Attack.start(agent, manner, connections, request);
      const honest = new HonestSender(agent).start();
      const health = new PageProbe(agent, "/health");
      await Bun.sleep(ATTACK_MS);
      expect(numberAt(await agent.stats(), "in_flight_bytes")).toBeLessThanOrEqual(IN_FLIGHT_MAX_BYTES);
      await Promise.all([health.expectQuick(), honest.stop()]);
      honest.expectUnhurt();
      // What few senders send: refused at most until somebody has stalled for long enough.
      for (const bytes of [200_000, 3 * MIB]) {
        await eventually("room for it", async () => (await agent.post("/v1/logs", logsJson("", bytes))).status === 200);
      }
    }),
  );

  test("a body that drips is cut off after some seconds, told of once, and forgotten a minute later", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    const request = { line: "POST /v1/traces", body: new Uint8Array(MIB + 1).fill(0x20) };
    await using attack = await Attack.start(agent, "drip", 3, request);
    await eventually("the answers", () => (attack.answers["503"] ?? 0) >= 3, { timeoutMs: 20_000 });
    const stats = await agent.stats();
    expect(numberAt(stats, "streams", "traces", "refused_requests", "too-slow")).toBeGreaterThanOrEqual(3);
    expect(valueAt(stats, "health", "parts", "receiver")).toMatchObject({
      status: "degraded",
      reason: expect.stringContaining("bodies came too slowly"),
      remedy: expect.stringContaining("find the sender"),
    });
    expect((await agent.get("/health")).status).toBe(200);
    expect(await (await agent.get("/metrics")).text()).toContain(
      'warp_telemetry_requests_refused_total{stream="traces",reason="too-slow"}',
    );
    await expectSaidOnce(agent, /Refusing requests: bodies came too slowly/);
  });
});
