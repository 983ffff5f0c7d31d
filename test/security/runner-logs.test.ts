/** A hostile job owns the folder of the runner's logs, beside an agent of root that reads it. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, chmodSync, chownSync, linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { recordsOf } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { HonestSender } from "../support/honest-sender.ts";
import { quickly } from "../support/pace.ts";
import { JOB_UID, needsJob, runJob, startJob } from "../support/job.ts";
import { numberAt, valueAt } from "../support/json.ts";
import { wholeCpuSecondsOf } from "../support/process-use.ts";
import { agentOptions } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const agentOnly = needs("executable");
const job = needsJob();
const SECRET = "root-alone-may-know-this";
/** Of one core, while a job does what it can. The reader itself is bound to less, by its bytes a second. */
const CPU_MAX = 0.35;

/** A runner's folder that belongs to the job, in a folder of root's; beside it a secret of root. */
class Machine implements AsyncDisposable {
  readonly #directory = new TempDir("machine");
  readonly runner = this.#directory.file("runner");
  readonly diag = this.#directory.file("runner", "_diag");
  readonly secret = this.#directory.file("secret.log");

  constructor() {
    chmodSync(this.#directory.path, 0o755);
    mkdirSync(this.diag, { recursive: true });
    for (const folder of [this.runner, this.diag]) chownSync(folder, JOB_UID, JOB_UID);
    writeFileSync(this.secret, `${SECRET}\n`, { mode: 0o600 });
  }

  file(...name: string[]): string {
    return this.#directory.file("runner", "_diag", ...name);
  }

  /** A log of the runner's. */
  log(name: string, text: string): void {
    appendFileSync(this.file(name), `[2026-11-26 10:00:00Z INFO Runner] ${text}\n`);
    chownSync(this.file(name), JOB_UID, JOB_UID);
  }

  start(store: FolderStore, base: TempDir): Promise<Agent> {
    const globs = [`${this.diag}/*.log`, `${this.diag}/**/*.log`].flatMap((glob) => ["--collector-diag-glob", glob]);
    const flags = ["--push-frequency", "1s", "--collector-path", base.file("no-collector"), ...globs];
    return Agent.start(agentOptions(store, base, flags));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#directory[Symbol.asyncDispose]();
  }
}

/** Waits until the reader has handed on an entry with this text. */
async function untilRead(agent: Agent, machine: Machine, store: FolderStore, text: string): Promise<void> {
  machine.log("Runner_1.log", text);
  await eventually(
    `the entry "${text}"`,
    async () => recordsOf(await store.objects(), "gha-logs").some((record) => record.includes(text)),
    { timeoutMs: 30_000, everyMs: 200 },
  );
  expect(agent.isRunning).toBe(true);
}

async function runnerHealth(agent: Agent): Promise<string> {
  return JSON.stringify(valueAt(await agent.health(), "parts", "runner_logs"));
}

/** What of one core the agent takes during `ms`. */
async function cpuShare(agent: Agent, ms: number): Promise<number> {
  const [before, startMs] = [wholeCpuSecondsOf(agent.pid), performance.now()];
  await Bun.sleep(ms);
  return (wholeCpuSecondsOf(agent.pid) - before) / ((performance.now() - startMs) / 1000);
}

/** What a job does as itself, in its folder. */
function asJob(command: (machine: Machine) => string): (machine: Machine) => Promise<void> {
  return async (machine) => {
    await runJob(["sh", "-c", `cd ${machine.diag} && ${command(machine)}`], 60_000);
  };
}

type Plant = readonly [what: string, plant: (machine: Machine) => Promise<void>, reason: string];

const PLANTS: readonly Plant[] = [
  ["a link to a file of root", asJob(({ secret }) => `ln -s ${secret} Worker_2.log`), "1 symbolic links"],
  ["a link to a folder of root", asJob(() => "ln -s /etc etc"), "1 symbolic links"],
  ["a circle of folders", asJob(() => "ln -s . loop"), "1 symbolic links"],
  ["a link to /dev/zero", asJob(() => "ln -s /dev/zero Worker_2.log"), "1 symbolic links"],
  ["a link to the agent's environment", asJob(() => "ln -s /proc/self/environ Worker_2.log"), "1 symbolic links"],
  ["a FIFO", asJob(() => "mkfifo Worker_2.log"), "1 that are no regular files"],
  [
    "a socket",
    asJob(() => `/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("x.log")'`),
    "1 that are no regular files",
  ],
  ["folders without end", asJob(() => "mkdir -p a/b/c/d/e/f/g/h/i/j/k/l"), "1 in folders that are too deep"],
  ["folders without number", asJob(() => "mkdir $(seq 500)"), "beyond the number that is followed"],
  [
    "a hard link to a file of root",
    ({ secret, diag }) => Promise.resolve(linkSync(secret, `${diag}/x.log`)),
    "1 that may not be read",
  ],
  [
    "a folder of root that it has moved there",
    ({ secret, diag }) => {
      mkdirSync(`${diag}/of-root`, { mode: 0o700 });
      return Promise.resolve(linkSync(secret, `${diag}/of-root/secret.log`));
    },
    "1 that may not be read",
  ],
];

describe.skipIf(agentOnly.missing || job.missing)(job.title(agentOnly.title("runner logs of a hostile job")), () => {
  test.each(PLANTS)(
    "%s: not read, told in /health, and the logs beside it flow",
    quickly(async (_, plant, reason) => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using machine = new Machine();
      await plant(machine);
      await using agent = await machine.start(store, base);
      const honest = new HonestSender(agent).start();
      await untilRead(agent, machine, store, "beside it");
      expect(await runnerHealth(agent)).toContain(reason);
      expect(await cpuShare(agent, 1000)).toBeLessThan(CPU_MAX);
      await honest.stop();
      honest.expectUnhurt();
      await expectStop(agent);
      expect(recordsOf(await store.objects(), "gha-logs").join("\n")).not.toContain(SECRET);
    }),
  );

  test("a folder that is swapped for a link again and again: nothing of root, and the logs flow", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using machine = new Machine();
    mkdirSync(`${machine.runner}/../root-logs`, { mode: 0o755 });
    writeFileSync(`${machine.runner}/../root-logs/secret.log`, `${SECRET}\n`, { mode: 0o600 });
    await using agent = await machine.start(store, base);
    const swap = "mv _diag real && ln -s ../root-logs _diag && sleep 0.01 && rm _diag && mv real _diag && sleep 0.01";
    await using swapper = startJob(["sh", "-c", `cd ${machine.runner} && while :; do ${swap}; done`]);
    await Bun.sleep(3000);
    expect(swapper.isRunning).toBe(true);
    swapper.killNow();
    await runJob(["sh", "-c", `cd ${machine.runner} && [ -d real ] && rm -f _diag && mv real _diag`]);
    await untilRead(agent, machine, store, "after the swapping");
    await expectStop(agent);
    expect(recordsOf(await store.objects(), "gha-logs").join("\n")).not.toContain(SECRET);
  });

  test("a file that is swapped for a link again and again: nothing of root", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using machine = new Machine();
    await using agent = await machine.start(store, base);
    const swap = `echo "the job's own" > x && mv x Worker_2.log && ln -sf ${machine.secret} y && mv y Worker_2.log`;
    await using swapper = startJob(["sh", "-c", `cd ${machine.diag} && while :; do ${swap}; done`]);
    await Bun.sleep(3000);
    swapper.killNow();
    await untilRead(agent, machine, store, "after the swapping");
    await expectStop(agent);
    expect(recordsOf(await store.objects(), "gha-logs").join("\n")).not.toContain(SECRET);
  });

  const floods: readonly (readonly [what: string, plant: (machine: Machine) => Promise<void>])[] = [
    ["a file of a terabyte of nothing", asJob(() => "truncate -s 1T Worker_2.log")],
    ["a file of empty lines", asJob(() => "yes '' | head -c 200000000 > Worker_2.log")],
    ["a file of control characters", asJob(() => "tr '\\0' '\\1' < /dev/zero | head -c 200000000 > Worker_2.log")],
    ["one line of 200 MB", asJob(() => "yes x | tr -d '\\n' | head -c 200000000 > Worker_2.log")],
    [
      "200 MB of short entries",
      asJob(() => "yes '[2026-11-26 10:00:00Z INFO X] y' | head -c 200000000 > Worker_2.log"),
    ],
    [
      "10,000 files",
      asJob(() => `/usr/bin/python3 -c 'for n in range(10000): open(f"W{n}.log","w").write("x" * 999)'`),
    ],
    ["30,000 names", asJob(() => `/usr/bin/python3 -c 'for n in range(30000): open(f"{n}.txt","w").close()'`)],
  ];

  test.each(floods)(
    "%s: bounded, senders are unhurt, and the logs beside it flow",
    quickly(async (_, plant) => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using machine = new Machine();
      await plant(machine);
      await using agent = await machine.start(store, base);
      const honest = new HonestSender(agent).start();
      await untilRead(agent, machine, store, "beside the flood");
      const [readBefore, sinceMs] = [numberAt(await agent.stats(), "runner_logs", "read_bytes"), performance.now()];
      expect(await cpuShare(agent, 2500)).toBeLessThan(CPU_MAX);
      const readBytes = numberAt(await agent.stats(), "runner_logs", "read_bytes") - readBefore;
      expect(readBytes / ((performance.now() - sinceMs) / 1000)).toBeLessThan(6 * 1024 * 1024);
      await honest.stop();
      honest.expectUnhurt();
      expect(rssBytes(agent.pid)).toBeLessThan(160 * 1024 * 1024);
    }),
  );

  test("200 MB that come right before the stop: it keeps its time, and its last line says what is left", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using machine = new Machine();
    await using agent = await machine.start(store, base);
    await untilRead(agent, machine, store, "before the flood");
    await asJob(() => "yes '[2026-11-26 10:00:00Z INFO X] y' | head -c 200000000 > Worker_2.log")(machine);
    const startMs = performance.now();
    const { log } = await expectStop(agent);
    expect(performance.now() - startMs).toBeLessThan(15_000);
    const said = Number(/Stopped, no line is left .*unreadBytes=(\d+)/.exec(log)?.[1]);
    const read = recordsOf(await store.objects(), "gha-logs").filter((record) => record.includes("INFO X] y")).length;
    expect(said + read * "[2026-11-26 10:00:00Z INFO X] y\n".length).toBe(200_000_000);
  });

  test(
    "files that come, grow, shrink and go at random: the agent lives, and the logs beside them flow",
    quickly(async () => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using machine = new Machine();
      await using agent = await machine.start(store, base);
      const churn =
        "for n in $(seq 50); do echo $n >> f$n.log; truncate -s 0 f$((n/2)).log; rm -f f$((n/3)).log; mv f$n.log g$n.log; done";
      await using churner = startJob(["sh", "-c", `cd ${machine.diag} && while :; do ${churn}; done`]);
      const honest = new HonestSender(agent).start();
      await untilRead(agent, machine, store, "in the turmoil");
      await Bun.sleep(2000);
      churner.killNow();
      await honest.stop();
      honest.expectUnhurt();
      await expectStop(agent);
    }),
  );
});

function rssBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
