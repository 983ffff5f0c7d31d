import { existsSync, readFileSync } from "node:fs";
import { built } from "../support/built.ts";
import { arrayAt, valueAt } from "../support/json.ts";
import { markIn } from "./attempt.ts";
import { type Damage, DAMAGES } from "./ring-damage.ts";
import { Rig } from "./rig.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";
import type { Findings } from "./tally.ts";
import { untilEmpty } from "./until-empty.ts";

/** What is done to how many rings, in a short run and in a long one. */
const ROUNDS = { short: 1, long: 6 };

/**
 * A ring file is damaged while no agent runs. The next start goes on: what can be trusted is delivered, the rest is set
 * aside under a name that `/stats` tells, nothing is repeated or invented. Acknowledged lines that are neither stored
 * nor to be had with `warp-telemetry recover` count as missing, except where the damage itself took their bytes.
 */
export const DAMAGED_RINGS: Scenario = {
  name: "damaged-rings",
  run: async (context) => {
    const rounds = context.isShort ? ROUNDS.short : ROUNDS.long;
    const found: Findings[] = [];
    for (const damage of DAMAGES) {
      const times = damage.name.includes("flipped") ? rounds * 3 : rounds;
      for (let round = 0; round < times; round++) found.push(await damaged(damage, context));
      context.say(`${damage.name}: ${times} times`);
    }
    return { ...merged(found), problems: found.flatMap(({ problems }) => problems) };
  },
};

/** One row a damage, over all its rounds. */
function merged(found: readonly Findings[]): Pick<Findings, "rows"> {
  const groups = Map.groupBy(
    found.flatMap(({ rows }) => rows),
    ({ fault }) => fault,
  );
  const rows = [...groups].map(([fault, same]) => {
    const sum = (key: "times" | "acknowledged" | "stored" | "missing" | "doubled"): number =>
      same.reduce((total, row) => total + row[key], 0);
    const slowest = Math.max(...same.map(({ recoveryMs }) => recoveryMs ?? 0));
    return {
      fault,
      times: sum("times"),
      acknowledged: sum("acknowledged"),
      stored: sum("stored"),
      missing: sum("missing"),
      doubled: sum("doubled"),
      recoveryMs: slowest,
    };
  });
  return { rows };
}

async function damaged({ name, destroys, apply }: Damage, { random }: ScenarioContext): Promise<Findings> {
  await using rig = await Rig.start({ title: "damage", world: "folder" });
  const { world } = rig;
  const path = `${rig.base}/buffer/logs.ring`;
  await world.store.goAway();
  {
    await using agent = await rig.agent(name);
    await rig.send(80);
    // A second is the push frequency: a batch is sealed then, and what follows is not.
    await Bun.sleep(1100);
    const earlierHeader = readFileSync(path).subarray(0, 16_384);
    await rig.send(40);
    await agent.kill();
    apply({ path, earlierHeader, otherPath: `${rig.base}/buffer/traces.ring` }, random);
  }
  await world.store.comeBack();

  const startMs = performance.now();
  await using agent = await rig.agent(name);
  rig.recovered(performance.now() - startMs);
  const files = arrayAt(await agent.stats(), "ring_notices").flatMap((notice) => {
    const file = valueAt(notice, "file");
    return typeof file === "string" ? [file] : [];
  });
  await rig.send(40);
  await untilEmpty(agent);
  const { code, log } = await agent.stop();
  rig.expect(code === 0, `${name}: ended with ${code}\n${log}`);
  for (const file of files) rig.expect(existsSync(file), `${name}: ${file} is in /stats and nowhere else`);

  const verdict = await rig.verdict();
  const saved = new Set(files.flatMap((file) => numbersIn(file, rig.ledger.label)));
  const lost = destroys ? [] : verdict.missing.filter((number) => !saved.has(number));
  return mergedLives(await rig.findings({ ...verdict, missing: lost }));
}

/** Before and after the damage are two lives and one event. */
function mergedLives({ rows, problems }: Findings): Findings {
  return { rows: rows.map((row) => ({ ...row, times: 1 })), problems };
}

/** The attempts whose lines `warp-telemetry recover` still finds in a file that was set aside. */
function numbersIn(file: string, label: string): number[] {
  const { stdout } = Bun.spawnSync([built("executable"), "recover", file], { stderr: "ignore", env: {} });
  const text = stdout.toString();
  return text.split("\n").flatMap((line) => {
    const mark = markIn(line);
    return mark?.label === label ? [mark.number] : [];
  });
}
