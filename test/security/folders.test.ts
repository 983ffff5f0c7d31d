/** A hostile job owns folders, or has put something into them, before or while an agent of root uses them. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { aclFor, PASS, READ, setAcl, WRITE } from "../lib/acl.ts";
import { Agent, type AgentEnd, type AgentOptions } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { HonestSender } from "../support/honest-sender.ts";
import { quickly } from "../support/pace.ts";
import { JOB_UID, needsJob, runJob, startJob, withVarLib } from "../support/job.ts";
import { valueAt } from "../support/json.ts";
import { logsJson } from "../support/samples.ts";
import { expectDelivered, expectSaidOnce, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");
const job = needsJob();
/** What the agent would otherwise make in the safe place of this machine. */
const SAFE_PLACE = "/var/lib/warp-telemetry";

/** A folder of root with `runner/` in it, which belongs to the job, and a /var/lib of the agent's own. */
class Machine implements Disposable {
  readonly #directory = new TempDir("machine");
  readonly runner = this.#directory.file("runner");
  readonly varLib = this.#directory.file("var-lib");

  constructor() {
    chmodSync(this.#directory.path, 0o755);
    mkdirSync(this.runner);
    mkdirSync(this.varLib, { mode: 0o755 });
    chownSync(this.runner, JOB_UID, JOB_UID);
  }

  file(...name: string[]): string {
    return this.#directory.file(...name);
  }

  /** An agent of root, quick to deliver, with its files in `base`. */
  agent(base: string, store: FolderStore, flags: readonly string[] = []): AgentOptions {
    return {
      executable: built("executable"),
      baseDirectory: base,
      flags: ["--no-collector", "--push-frequency", "1s", ...store.flags, ...flags],
      launcher: withVarLib(this.varLib),
    };
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

async function endOf(options: AgentOptions): Promise<AgentEnd> {
  await using agent = await Agent.spawn(options);
  return await agent.ended(10_000);
}

describe.skipIf(agentOnly.missing || job.missing)(job.title(agentOnly.title("folders of a hostile job")), () => {
  test(
    "a job that owns the base directory's parent and swaps it reaches nothing of root",
    quickly(async () => {
      await using store = await FolderStore.start();
      using machine = new Machine();
      const base = `${machine.runner}/agent`;
      await using agent = await Agent.start(machine.agent(base, store));
      expect(valueAt(await agent.stats(), "home")).toStartWith(`${SAFE_PLACE}/agent-`);
      expect(await agent.health()).toMatchObject({ status: "healthy" });
      await expectSaidOnce(agent, /Others can change the base directory/);
      expect(agent.log).toContain(`chown -h root \\"${machine.runner}\\"`);

      const honest = new HonestSender(agent).start();
      writeFileSync(machine.file("precious"), "precious", { mode: 0o600 });
      const swap = `
import os,sys,time
runner,target=sys.argv[1:]
for n in range(300):
    base=runner+"/agent"
    os.mkdir(runner+"/new"); os.mkdir(runner+"/new/buffer")
    for name in ("lock","lock.db","buffer/logs.ring","buffer/logs.ring.new"): os.symlink(target, runner+"/new/"+name)
    if os.path.lexists(base): os.rename(base, runner+"/old-%d"%n)
    os.rename(runner+"/new", base)
    time.sleep(0.005)`;
      expect(await runJob(["python3", "-c", swap, machine.runner, machine.file("precious")])).toBe("");
      const sent = await sendLogs(agent, 0, 5);
      await honest.stop();
      honest.expectUnhurt();
      await expectStop(agent);
      await expectDelivered(store, sent, "logs");

      await using again = await Agent.start(machine.agent(base, store));
      await expectStop(again);
      expect(await Bun.file(machine.file("precious")).text()).toBe("precious");
      expect(readdirSync(`${machine.varLib}/warp-telemetry`)).toHaveLength(1);
    }),
  );

  test("status says where the files are", async () => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    await using agent = await Agent.start(machine.agent(`${machine.runner}/agent`, store));
    await using status = new Child([built("executable"), "status", "--port", String(agent.port)]);
    expect(await status.ended(5000), status.output).toMatchObject({ code: 0 });
    expect(status.output).toContain(`files are in ${SAFE_PLACE}/agent-`);
  });

  test("a base directory that an access control list opens to the job is not used", async () => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    const base = machine.file("shared");
    mkdirSync(base, { mode: 0o755 });
    setAcl(base, aclFor(JOB_UID, READ | WRITE | PASS));
    await using agent = await Agent.start(machine.agent(base, store));
    expect(valueAt(await agent.stats(), "home")).toStartWith(`${SAFE_PLACE}/shared-`);
    await agent.said(new RegExp(`uid ${JOB_UID} through an access control list`));
    await expectStop(agent);
    expect(readdirSync(base)).toEqual([]);
  });

  test("without a safe place an agent of root ends with 2, naming the folder, its owner and the remedy", async () => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    chownSync(machine.varLib, JOB_UID, JOB_UID);
    const end = await endOf(machine.agent(`${machine.runner}/agent`, store));
    expect(end.code, end.log).toBe(2);
    expect(end.log).toContain(machine.runner);
    expect(end.log).toContain(`uid ${JOB_UID}`);
    expect(end.log).toContain("chown -h root");
  });

  test("lines of an earlier run are taken over from files of root, and from no others", async () => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    const base = `${machine.runner}/agent`;
    chownSync(machine.runner, 0, 0);
    const before = await Agent.start(machine.agent(base, store, ["--push-frequency", "1h"]));
    const sent = await sendLogs(before, 0, 3);
    await before.kill();
    // The job gets its folder, and puts rings of its own making into it.
    chownSync(machine.runner, JOB_UID, JOB_UID);
    chownSync(`${base}/buffer/traces.ring`, JOB_UID, JOB_UID);
    chmodSync(`${base}/buffer/metrics.ring`, 0o644);

    await using agent = await Agent.start(machine.agent(base, store));
    await agent.said(/Took over the buffers.*files="logs.ring, gha-logs.ring"/);
    await expectStop(agent);
    await expectDelivered(store, sent, "logs");
    expect(existsSync(`${base}/buffer/logs.ring`)).toBe(false);
    expect(existsSync(`${base}/buffer/traces.ring`)).toBe(true);

    await using again = await Agent.start(machine.agent(base, store));
    await expectStop(again);
    await expectDelivered(store, sent, "logs");
  });

  test("nothing is taken over through a link, nor from an agent that still runs there", async () => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    mkdirSync(machine.file("other"));
    await using other = await Agent.start(
      machine.agent(machine.file("other", "base"), store, ["--push-frequency", "1h"]),
    );
    const sent = await sendLogs(other, 0, 3);
    await runJob(["ln", "-s", machine.file("other", "base"), `${machine.runner}/agent`]);
    await using agent = await Agent.start(machine.agent(`${machine.runner}/agent`, store));
    await expectStop(agent);
    await expectStop(other);
    await expectDelivered(store, sent, "logs");
  });

  test.each([
    [
      "a link to nowhere as lock",
      (base: string, machine: Machine) => symlinkSync(machine.file("made"), `${base}/lock`),
    ],
    ["a FIFO as lock", (base: string) => Bun.spawnSync(["mkfifo", `${base}/lock`])],
    ["a folder as lock", (base: string) => mkdirSync(`${base}/lock`)],
    ["a device as ring", (base: string) => Bun.spawnSync(["mknod", `${base}/buffer/logs.ring`, "c", "1", "5"])],
    ["a FIFO as ring", (base: string) => Bun.spawnSync(["mkfifo", `${base}/buffer/logs.ring`])],
    [
      "a link as ring",
      (base: string, machine: Machine) => symlinkSync(machine.file("precious"), `${base}/buffer/logs.ring`),
    ],
    ["a ring of the job", (base: string) => ownedByJob(`${base}/buffer/logs.ring`)],
    ["a lock of the job", (base: string) => ownedByJob(`${base}/lock`)],
    ["a buffer folder of the job", (base: string) => chownSync(`${base}/buffer`, JOB_UID, JOB_UID)],
  ])("%s, planted in a folder that is root's by now, ends the start at once", async (_, plant) => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    const base = machine.file("base");
    mkdirSync(`${base}/buffer`, { recursive: true });
    writeFileSync(machine.file("precious"), "precious");
    plant(base, machine);
    const end = await endOf(machine.agent(base, store));
    expect([1, 2], end.log).toContain(end.code ?? 0);
    expect(end.log).toContain(base);
    expect(existsSync(machine.file("made"))).toBe(false);
    expect(await Bun.file(machine.file("precious")).text()).toBe("precious");
  });

  test.each([".new", ".taken-over"])("a link planted as temporary file *%s is not written through", async (suffix) => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    const base = machine.file("base");
    mkdirSync(`${base}/buffer`, { recursive: true });
    const link = `${base}/buffer/logs.ring${suffix}`;
    symlinkSync(machine.file("made"), link);
    lchownSync(link, JOB_UID, JOB_UID);
    await using agent = await Agent.start(machine.agent(base, store));
    const sent = await sendLogs(agent, 0, 1);
    await expectStop(agent);
    await expectDelivered(store, sent);
    expect(existsSync(machine.file("made"))).toBe(false);
  });

  test.each([
    ["belongs to the job", (folder: string) => chownSync(folder, JOB_UID, JOB_UID), "chown -h root"],
    ["everybody can write", (folder: string) => chmodSync(folder, 0o777), "chmod go-w"],
    ["is sticky and everybody can write", (folder: string) => chmodSync(folder, 0o1777), "chmod go-w"],
  ])("a destination folder that %s ends with 2, naming it and the remedy", async (_, spoil, remedy) => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    mkdirSync(store.folder);
    spoil(store.folder);
    const end = await endOf(machine.agent(machine.file("base"), store));
    expect(end.code, end.log).toBe(2);
    expect(end.log).toContain(store.folder);
    expect(end.log).toContain(remedy);
    expect(readdirSync(store.folder)).toEqual([]);
    await using validate = new Child([built("executable"), "validate", ...store.flags]);
    expect(await validate.ended(5000), validate.output).toMatchObject({ code: 2 });
  });

  test("a folder that the job has made beforehand in a sticky one is not used", async () => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    mkdirSync(machine.file("tmp"));
    chmodSync(machine.file("tmp"), 0o1777);
    await runJob(["mkdir", machine.file("tmp", "base")]);
    await using agent = await Agent.start(machine.agent(machine.file("tmp", "base"), store));
    expect(valueAt(await agent.stats(), "home")).toStartWith(`${SAFE_PLACE}/base-`);
    await expectStop(agent);
    expect(readdirSync(machine.file("tmp", "base"))).toEqual([]);
  });

  test("an agent that is not root gets one warning, and works", async () => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    chownSync(machine.runner, 0, 0);
    chmodSync(machine.runner, 0o777);
    const { launcher: _, ...options } = machine.agent(`${machine.runner}/agent`, store);
    const flags = ["--no-collector", "--push-frequency", "1s"];
    const launcher = ["setpriv", `--reuid=${JOB_UID}`, `--regid=${JOB_UID}`, "--clear-groups", "--"];
    await using agent = await Agent.start({ ...options, flags, launcher });
    expect((await agent.post("/v1/logs", logsJson("line"))).status).toBe(200);
    const end = await expectStop(agent);
    expect(end.log.match(/WARN /g), end.log).toHaveLength(1);
    expect(end.log).toContain("can be written by everybody");
  });

  test("the job cannot tell what is in the agent's folders", async () => {
    await using store = await FolderStore.start();
    using machine = new Machine();
    await using agent = await Agent.start(machine.agent(machine.file("base"), store));
    await sendLogs(agent, 0, 1);
    await using look = startJob(["find", machine.file("base"), store.folder, "-type", "f"]);
    await look.ended(5000);
    expect(look.output).not.toMatch(/ring|lock|\.log$/m);
    await expectStop(agent);
  });
});

function ownedByJob(path: string): void {
  writeFileSync(path, "");
  chownSync(path, JOB_UID, JOB_UID);
}
