import { writeFile } from "node:fs/promises";
import { S3Store, WarpbuildStore } from "../support/stores.ts";
import { Rig } from "./rig.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";
import { API_FAULTS, STORE_FAULTS } from "./store-faults.ts";
import type { Findings } from "./tally.ts";
import { untilEmpty } from "./until-empty.ts";

/** How long each fault lasts: a few attempts of the agent, whose delays begin at half a second. */
const OUTAGE_MS = { short: 1500, long: 4000 };
/** Which attempt meets a pooled connection is up to chance. */
const ROUNDS_IN_TURNS = { short: 2, long: 4 };
/** Ends only with the agent's own timeout of 30 s, so only the long run has the time. */
const LASTS_LONG = /hangs/;

/**
 * Every fault of the store and the API, one after another, total, under load and without a kill: nothing is lost or
 * doubled, and deliveries go on by themselves. Recovery is the time from the end of the fault to empty rings.
 */
export const OUTAGES: readonly Scenario[] = [
  { name: "outage-s3", run: async (context) => await outages("s3", context) },
  { name: "outage-warpbuild", run: async (context) => await outages("warpbuild", context) },
];

async function outages(name: "s3" | "warpbuild", { random, isShort, say }: ScenarioContext): Promise<Findings> {
  await using rig = await Rig.start({ title: `outage ${name}`, world: name, pauseMs: 40 });
  const { world, load } = rig;
  let hits = 0;
  const hit = <F>(fault: F): F => {
    hits++;
    return fault;
  };
  const outageMs = isShort ? OUTAGE_MS.short : OUTAGE_MS.long;

  const suffer = async (
    fault: string,
    begin: () => void | Promise<void>,
    end?: () => Promise<void>,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    if (isShort && LASTS_LONG.test(fault)) return;
    await using agent = await rig.agent(fault, { environment });
    load.resume();
    hits = 0;
    await begin();
    await Bun.sleep(outageMs);
    await load.pause();
    world.heal();
    await end?.();
    // A fault that met nothing proves nothing; a refused connection leaves no trace to count.
    rig.expect(hits > 0 || fault.includes("refuses"), `"${fault}" hit nothing`);
    const ms = await untilEmpty(agent);
    rig.recovered(ms);
    say(`${fault}: over after ${Math.round(ms)} ms`);
    const { code } = await agent.stop();
    rig.expect(code === 0, `after "${fault}" the agent ended with ${code}`);
  };

  load.start();
  await load.pause();
  await suffer(
    "store: refuses connections",
    () => world.store.goAway(),
    () => world.store.comeBack(),
  );
  // What the store does is the same for both; the short run does it once.
  const isDoneBefore = isShort && name === "warpbuild";
  for (const fault of isDoneBefore ? [] : STORE_FAULTS) {
    await suffer(
      fault.name,
      () => void (world.storeFault = (seen) => (seen.method === "PUT" ? hit(fault.make(random)) : undefined)),
    );
  }
  // In turns, because a client that repeats a PUT unasked (a pooled connection was cut) is then told that the name is taken for the
  // first attempt that it knows of.
  const roundsInTurns = isDoneBefore ? 0 : isShort ? ROUNDS_IN_TURNS.short : ROUNDS_IN_TURNS.long;
  for (let round = 0; round < roundsInTurns; round++) {
    let puts = 0;
    await suffer("store: stored, every second answer lost", () => {
      world.storeFault = ({ method }) =>
        method === "PUT" && puts++ % 2 === 1 ? hit({ kind: "lose-answer" }) : undefined;
    });
  }
  if (world.store instanceof S3Store) {
    const { accessKeyId, secretAccessKey } = world.store.server.credentials;
    const file = rig.file("credentials");
    const write = async (id: string): Promise<void> => {
      await writeFile(file, `[default]\naws_access_key_id=${id}\naws_secret_access_key=${secretAccessKey}\n`);
    };
    const inFile = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_SHARED_CREDENTIALS_FILE: file };
    const end = async (): Promise<void> => await write(accessKeyId);
    await suffer("credentials: come late", () => hit(undefined), end, inFile);
    await suffer(
      "credentials: refused until they are written anew",
      async () => hit(await write("AKIAOLD")),
      end,
      inFile,
    );
  }
  if (world.store instanceof WarpbuildStore) {
    const { store } = world;
    for (const fault of API_FAULTS) {
      await suffer(fault.name, () => {
        world.apiFault = () => hit(fault.make(random));
      });
    }
    await suffer(
      "API: URL that expires in a second, slow store",
      () => {
        store.expiresInSeconds = 1;
        world.storeFault = () => hit({ kind: "slow", ms: 1100 });
      },
      async () => {
        store.expiresInSeconds = 300;
      },
    );
  }
  return await rig.findings();
}
