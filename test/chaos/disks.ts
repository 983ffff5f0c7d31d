import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { Agent } from "../support/agent.ts";
import { built } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { TinyDisk } from "../support/tiny-disk.ts";
import { Rig } from "./rig.ts";
import type { Scenario } from "./scenario.ts";
import { untilEmpty } from "./until-empty.ts";

/** Room for the headers of four rings and some lines, not for four whole rings. */
const DISK_BYTES = 3 * 1024 * 1024;

/**
 * The base directory fills up, is read-only, or is deleted under a running agent; a second agent comes for it. What was
 * acknowledged is delivered all the same, what cannot be kept is refused.
 */
export const DISKS: Scenario = {
  name: "disk",
  missing: TinyDisk.missing(),
  run: async ({ isShort }) => {
    await using disk = await TinyDisk.mount(DISK_BYTES);
    await using rig = await Rig.start({ title: "disk", world: "folder", baseDirectory: disk.file("base") });
    for (let round = 0; round < (isShort ? 2 : 8); round++) {
      await full(rig, disk);
      await readOnly(rig, disk);
      await secondAgent(rig);
      await deleted(rig);
    }
    return await rig.findings();
  },
};

/** Full while it runs, and killed while it is full. */
async function full(rig: Rig, disk: TinyDisk): Promise<void> {
  {
    await using agent = await rig.agent("base directory full, then kill -9");
    await rig.send(40);
    await disk.fill();
    await rig.send(200);
    const { refused } = rig.ledger.counts(rig.lives.length - 1);
    rig.expect(refused > 0, "a full disk refused nothing");
    await agent.kill();
  }
  const startMs = performance.now();
  // With the disk still full: it must start, if only to deliver what it holds.
  await using agent = await rig.agent("start with a full base directory");
  rig.recovered(performance.now() - startMs);
  await disk.free();
  await untilEmpty(agent);
  await rig.send(40);
  const { code, log } = await agent.stop();
  rig.expect(code === 0, `after a full disk the agent ended with ${code}\n${log}`);
}

async function readOnly(rig: Rig, disk: TinyDisk): Promise<void> {
  {
    await using agent = await rig.agent("kill -9, base directory read-only at the next start");
    await rig.send(40);
    await agent.kill();
  }
  remount(disk, "ro");
  const refused = await rig.spawn("start with a read-only base directory");
  const { code, log } = await refused.ended();
  rig.expect(code === 1 && /base directory/.test(log), `read-only: exit code ${code}\n${log}`);
  remount(disk, "rw");
  await using agent = await rig.agent("start with a base directory that can be written again");
  await untilEmpty(agent);
  await agent.stop();
}

async function secondAgent(rig: Rig): Promise<void> {
  await using agent = await rig.agent("a second agent in one base directory");
  await rig.send(40);
  const { store } = rig.world;
  const second = await Agent.spawn({
    executable: built("executable"),
    baseDirectory: rig.base,
    flags: [...store.flags, "--no-collector"],
    environment: store.environment,
  });
  const { code, log } = await second.ended();
  rig.expect(code === 1 && log.includes(String(agent.pid)), `the second agent ended with ${code}\n${log}`);
  await rig.send(40);
  await untilEmpty(agent);
  await agent.stop();
}

/** The files live on without their names for as long as the agent does. */
async function deleted(rig: Rig): Promise<void> {
  await using agent = await rig.agent("base directory deleted under a running agent");
  await rig.send(40);
  rmSync(rig.base, { recursive: true, force: true });
  await rig.send(40);
  const { code, log } = await agent.stop();
  rig.expect(code === 0, `with its base directory deleted the agent ended with ${code}\n${log}`);
  await eventually("objects", async () => (await rig.world.store.objects()).size > 0);
}

function remount(disk: TinyDisk, mode: "ro" | "rw"): void {
  const { status, stderr } = spawnSync("mount", ["-o", `remount,${mode}`, disk.file("")]);
  if (status !== 0) throw new Error(`Cannot remount ${mode}: ${stderr.toString()}`);
}
