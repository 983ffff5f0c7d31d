import { numberAt } from "../support/json.ts";
import { SIGNAL_PATHS } from "../support/samples.ts";
import { Rig } from "./rig.ts";
import type { Scenario } from "./scenario.ts";

/** Every ring as large as it is by default. */
const RING = "32MiB";
const LINE_BYTES = 256 * 1024;
/** What full rings may take to a healthy store on this machine. */
const DRAIN_MAX_MS = 3000;

/** SIGTERM with four full rings and a store that works: how long until the last byte is there. */
export const DRAIN: Scenario = {
  isMeasured: true,
  name: "drain",
  run: async ({ say, isShort }) => {
    await using rig = await Rig.start({ title: "drain", world: "s3" });
    let lines = 0;
    for (let round = 0; round < (isShort ? 1 : 5); round++) {
      await rig.world.store.goAway();
      const flags = ["--buffer-bytes", RING, "--push-frequency", "60s", "--buffer-lines", "1000000"];
      await using agent = await rig.agent("SIGTERM with 4 × 32 MiB held (time to the exit)", { flags });
      const taken = await Promise.all(
        Object.values(SIGNAL_PATHS).map((path) => fill((body) => agent.post(path, body), round)),
      );
      lines += taken.reduce((sum, count) => sum + count, 0);
      const bytes = Object.values(Object(Object(await agent.stats()).streams)).reduce<number>(
        (sum, stream) => sum + numberAt(stream, "ring_used_bytes"),
        0,
      );
      await rig.world.store.comeBack();
      const startMs = performance.now();
      const { code, log } = await agent.stop();
      const ms = performance.now() - startMs;
      rig.recovered(ms);
      say(`${(bytes / 2 ** 20).toFixed(1)} MiB in ${taken.join(" + ")} lines drained in ${Math.round(ms)} ms`);
      rig.expect(code === 0, `ended with ${code}\n${log}`);
      rig.expect(ms < DRAIN_MAX_MS, `full rings took ${Math.round(ms)} ms, at most ${DRAIN_MAX_MS}`);
      await checkStored(rig, bytes * (round + 1));
    }
    const [row] = (await rig.findings({ ...(await rig.verdict()), invented: [] })).rows;
    if (row === undefined) throw new Error("Cannot make a row of no life");
    return { rows: [{ ...row, acknowledged: lines, stored: await linesStored(rig) }], problems: rig.problems };
  },
};

/** Lines until the ring says 503; returns how many. */
async function fill(post: (body: string) => Promise<Response>, round: number): Promise<number> {
  for (let count = 0; ; count++) {
    const body = JSON.stringify({ filler: `${round}-${count}`, pad: "x".repeat(LINE_BYTES) });
    if ((await post(body)).status !== 200) return count;
  }
}

async function checkStored(rig: Rig, bytes: number): Promise<void> {
  const stored = [...(await rig.world.store.objects()).values()].reduce((sum, object) => sum + object.length, 0);
  rig.expect(stored === bytes, `${stored} bytes are stored, ${bytes} were held`);
}

async function linesStored(rig: Rig): Promise<number> {
  const objects = [...(await rig.world.store.objects()).values()];
  return objects.reduce((sum, bytes) => sum + bytes.filter((byte) => byte === 0x0a).length, 0);
}
