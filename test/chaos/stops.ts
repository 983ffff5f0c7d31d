import { Rig } from "./rig.ts";
import type { Scenario } from "./scenario.ts";
import { untilEmpty } from "./until-empty.ts";

const DRAIN_MS = 2000;
/** What a stop may take beyond its deadline: the process itself has to end. */
const END_MS = 700;

/**
 * SIGTERM under load: with a store that works, that is slow, that is dead; and twice. The deadline holds, the report of
 * what was left is exact, and the next start delivers it without being asked.
 */
export const STOPS: Scenario = {
  name: "stop",
  run: async ({ isShort }) => {
    await using rig = await Rig.start({ title: "stop", world: "s3" });
    const { world, load } = rig;
    const flags = ["--drain-timeout", `${DRAIN_MS}ms`];
    load.start();

    const stop = async (fault: string, begin: () => Promise<void>, codes: readonly number[], isTwice = false) => {
      load.resume();
      await using agent = await rig.agent(fault, { flags });
      await begin();
      await Bun.sleep(1200);
      const startMs = performance.now();
      agent.signal("SIGTERM");
      if (isTwice) {
        await Bun.sleep(1100);
        agent.signal("SIGTERM");
      }
      const { code, log } = await agent.ended(DRAIN_MS + 10_000);
      const ms = performance.now() - startMs;
      rig.recovered(ms);
      rig.expect(ms < DRAIN_MS + END_MS, `${fault}: ended after ${Math.round(ms)} ms, the deadline was ${DRAIN_MS} ms`);
      rig.expect(codes.includes(code ?? -1), `${fault}: exit code ${code}, expected ${codes.join(" or ")}\n${log}`);
      await load.pause();
      world.heal();
      await world.store.comeBack();
      const left = code === 3 ? Number(/linesLeft=(\d+)/.exec(log)?.[1]) : undefined;
      await checkNextStart(rig, fault, left);
    };

    const dead = (): Promise<void> => world.store.goAway();
    for (let round = 0; round < (isShort ? 1 : 4); round++) {
      await stop("SIGTERM, store works (time to the exit)", async () => {}, [0]);
      await stop("SIGTERM, store takes 300 ms (time to the exit)", slow, [0, 3]);
      await stop("SIGTERM, store dead (time to the exit)", dead, [3]);
      await stop("SIGTERM twice, store dead (time to the exit)", dead, [143], true);
    }
    return await rig.findings();

    async function slow(): Promise<void> {
      world.storeFault = () => ({ kind: "slow", ms: 300 });
    }
  },
};

/** The next start finds what was reported, and delivers it. */
async function checkNextStart(rig: Rig, fault: string, left: number | undefined): Promise<void> {
  // The rings are looked at while the store is still away: nothing leaves them meanwhile.
  await rig.world.store.goAway();
  await using agent = await rig.agent("start after a stop");
  const found = Number(Object(await agent.stats()).current_buffer_size);
  rig.expect(left === undefined || left === found, `${fault}: ${left} lines left by its report, ${found} found`);
  await rig.world.store.comeBack();
  await untilEmpty(agent);
  const { code } = await agent.stop();
  rig.expect(code === 0, `${fault}: the next start ended with ${code}`);
}
