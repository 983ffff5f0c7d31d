import { MemoryLimit } from "../support/memory-limit.ts";
import { Rig } from "./rig.ts";
import type { Scenario } from "./scenario.ts";
import { untilEmpty } from "./until-empty.ts";

/** Enough to start, not for what the senders bring. */
const MEMORY_BYTES = 28 * 1024 * 1024;
const KILLED_WITHIN_MS = 15_000;
const ROUNDS = { short: 1, long: 10 };

/**
 * The kernel kills the agent for its memory, in the middle of large requests; the next start delivers what it had. Now
 * and then the kernel finds enough to give back and starves it instead; it is killed by us then.
 */
export const OOM: Scenario = {
  name: "oom",
  missing: MemoryLimit.missing(),
  run: async ({ isShort, say }) => {
    using limit = MemoryLimit.create(MEMORY_BYTES);
    const mix = { usualMaxBytes: 1_500_000, largeMaxBytes: 3_000_000 };
    await using rig = await Rig.start({ title: "oom", world: "s3", connections: 24, pauseMs: 0, mix });
    const rounds = isShort ? ROUNDS.short : ROUNDS.long;
    let kills = 0;
    rig.load.start();
    for (let round = 0; round < rounds; round++) {
      const flags = ["--buffer-bytes", "32MiB"];
      await rig.load.pause();
      await using agent = await rig.agent("OOM kill", { flags, launcher: limit.launcher });
      await rig.world.store.goAway();
      rig.load.resume();
      const { signal } = await agent.ended(KILLED_WITHIN_MS).catch(() => ({ signal: undefined }));
      await rig.load.pause();
      if (signal === "SIGKILL") kills++;
      await agent.kill();
      await rig.world.store.comeBack();

      const startMs = performance.now();
      await using next = await rig.agent("start after an OOM kill", { flags });
      rig.recovered(performance.now() - startMs);
      await untilEmpty(next);
      const { code, log } = await next.stop();
      rig.expect(code === 0, `after an OOM kill the agent ended with ${code}\n${log}`);
      say(`OOM kill ${kills} of ${round + 1}: ${rig.ledger.counts().acknowledged} acknowledged so far`);
    }
    rig.expect(kills >= rounds / 2, `the kernel killed it ${kills} times in ${rounds}, within ${MEMORY_BYTES} bytes`);
    return await rig.findings();
  },
};
