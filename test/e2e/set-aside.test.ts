/** Lines that must not be sent now: they stay in sight, and go out when their owner is back. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { valueAt } from "../support/json.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("lines of another owner"), () => {
  test("are named in /health, /stats and /metrics at every start, and are sent when their destination is back", async () => {
    await using store = await FolderStore.start();
    await using other = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using first = await startAgent(store, base, ["--push-frequency", "1h"]);
    const sent = await sendLogs(first, 0, 3);
    await first.kill();

    for (const round of [1, 2]) {
      await using away = await startAgent(other, base);
      const health = await away.health();
      expect(health, `round ${round}`).toMatchObject({ status: "degraded" });
      const reason = valueAt(health, "parts", "set_aside", "reason");
      expect(reason).toMatch(/logs\.ring\.foreign-\d{8}-\d{6}/);
      expect(valueAt(await away.stats(), "set_aside", 0)).toMatchObject({
        reason: "foreign",
        bytes: expect.any(Number),
      });
      expect(await (await away.get("/metrics")).text()).toContain("\nwarp_telemetry_set_aside_files 1\n");
      await expectStop(away);
    }
    await using back = await startAgent(store, base);
    expect(await back.health()).toMatchObject({ status: "healthy" });
    expect(back.log).toContain("Took back lines that were set aside for this owner");
    await expectStop(back);
    await expectDelivered(store, sent);
    expect(await other.objects().catch(() => new Map())).toEqual(new Map());
  });

  test("a start after a crash says how many lines it has recovered", async () => {
    await using base = await TempDir.create("base");
    const options = { executable: built("executable"), baseDirectory: base.path, flags: ["--no-collector"] };
    await using killed = await Agent.start(options);
    await sendLogs(killed, 0, 5);
    await killed.kill();
    await using next = await Agent.start(options);
    expect(next.log).toMatch(/did not end in order; its lines are recovered lines=5/);
    await expectStop(next);
  });
});
