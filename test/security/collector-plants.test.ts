/** A hostile job plants programs, pid files and configurations for the collector of an agent of root. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { collectorOptions, startWithCollector, unheardExporter } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { JOB_UID, needsJob, startJob, withVarLib } from "../support/job.ts";
import { numberAt, valueAt } from "../support/json.ts";
import { agentOptions } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const agentOnly = needs("executable");
const parts = needs("executable", "collector");
const job = needsJob();
const TOOLS = ["otelcol", "otelcol-contrib", "setpriv", "nice", "ionice", "choom", "true", "journalctl"];

/** A folder with programs that leave a trace when they run, under the names of all that the agent may start. */
function plant(folder: string, trace: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of TOOLS) {
    writeFileSync(`${folder}/${name}`, `#!/bin/sh\necho "$0" >> ${trace}\nexec sleep 3\n`);
    chmodSync(`${folder}/${name}`, 0o755);
  }
}

/** A configuration that is refused is refused at once. */
const END_MAX_MS = 5000;

async function collectorOf(agent: Agent): Promise<unknown> {
  return valueAt(await agent.stats(), "collector");
}

async function healthOf(agent: Agent): Promise<string> {
  return JSON.stringify(valueAt(await agent.health(), "parts", "collector"));
}

describe.skipIf(agentOnly.missing || job.missing)(job.title(agentOnly.title("plants of a hostile job")), () => {
  test("programs in folders that it can write are not run as root, wherever PATH has them, and are named once", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    chmodSync(base.path, 0o755);
    const trace = base.file("ran");
    const [here, writable, mine] = [base.file("here"), base.file("writable"), base.file("mine")];
    for (const folder of [here, writable]) plant(folder, trace);
    mkdirSync(mine);
    copyFileSync(built("executable"), `${mine}/warp-telemetry`);
    chmodSync(`${mine}/warp-telemetry`, 0o755);
    chownSync(writable, JOB_UID, JOB_UID);
    chownSync(here, JOB_UID, JOB_UID);
    const paths = ["", ":/usr/bin:/bin", ".:/usr/bin:/bin", "/usr/bin:/bin:.", "../writable:/usr/bin:/bin"];
    for (const path of [...paths, `${writable}:/usr/bin:/bin`, `/usr/bin:/bin:${writable}`, `${here}/../writable`]) {
      await using agent = await Agent.start({
        ...agentOptions(store, base, []),
        executable: `${mine}/warp-telemetry`,
        baseDirectory: base.file("data"),
        directory: here,
        environment: { PATH: path },
      });
      await eventually("the search", async () => valueAt(await collectorOf(agent), "state") === "absent");
      expect(valueAt(await collectorOf(agent), "program"), path).toBeNull();
      const { log } = await expectStop(agent);
      expect((log.match(/A place is not searched/g) ?? []).length, path).toBe(path === "" ? 0 : 1);
    }
    expect(existsSync(trace)).toBe(false);
  });

  test("a program in its base directory is not run; one that the setting names ends the start, and the command is named", async () => {
    await using store = await FolderStore.start();
    using directory = new TempDir("machine");
    chmodSync(directory.path, 0o755);
    const trace = directory.file("ran");
    const [base, varLib] = [directory.file("runner"), directory.file("var-lib")];
    mkdirSync(varLib, { mode: 0o755 });
    const arch = process.arch === "x64" ? "amd64" : process.arch;
    const place = `${base}/pkg/telemetry/binaries/linux/${arch}`;
    plant(base, trace);
    plant(place, trace);
    Bun.spawnSync(["chown", "-R", String(JOB_UID), base]);
    const options = {
      executable: built("executable"),
      baseDirectory: base,
      flags: store.flags,
      environment: { PATH: "/usr/bin:/bin" },
      launcher: withVarLib(varLib),
    };
    await using agent = await Agent.start(options);
    // Beside the executable there may be a real one: then that is taken, and the planted ones are not needed.
    await eventually("a decision", async () => valueAt(await collectorOf(agent), "state") !== "starting");
    await expectStop(agent);

    const named = `${place}/otelcol-contrib`;
    await using refused = await Agent.spawn({ ...options, flags: [...store.flags, "--collector-path", named] });
    const end = await refused.ended(END_MAX_MS);
    expect(end.code, end.log).toBe(2);
    expect(end.log).toContain(`Cannot use telemetry.collector.path from flag --collector-path: ${named}, wanted`);
    expect(end.log).toContain(`"${base}" belongs to uid ${JOB_UID}, root wanted; run: chown -h root "${base}"`);
    expect(existsSync(trace)).toBe(false);
  });

  test("what a program writes is in the log, and on no page", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const program = base.file("otelcol");
    const words = "<script>words-of-the-program</script>";
    writeFileSync(program, `#!/bin/sh\necho '{"Version": "${words}"}' >&2\necho '${words}'\nexit 7\n`, { mode: 0o755 });
    await using agent = await Agent.start(agentOptions(store, base, ["--collector-path", program]));
    await eventually("it to end", async () => (await healthOf(agent)).includes("exit code 7 after"));
    for (const page of ["/stats", "/health", "/metrics"]) {
      expect(await (await agent.get(page)).text(), page).not.toContain("words-of-the-program");
    }
    await agent.said(/words-of-the-program/);
    await expectStop(agent);
  });
});

describe.skipIf(parts.missing || job.missing)(job.title(parts.title("plants for a real collector")), () => {
  test("a pid file that names a process of somebody else ends nobody", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using victim = startJob(["sleep", "600"]);
    await using service = new Child(["sleep", "600"]);
    mkdirSync(base.file("collector"), { mode: 0o700 });
    for (const { pid } of [victim, service]) {
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const startTime = `${boot}/${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
      // As an agent of before has written it, and with all that a job can know of the process.
      for (const more of [{}, { mark: "0".repeat(32), programs: ["1:2", "/usr/bin/sleep"] }]) {
        writeFileSync(base.file("collector", "otelcol.pid"), JSON.stringify({ pid, startTime, ...more }), {
          mode: 0o600,
        });
        await using agent = await startWithCollector(collectorOptions(store, base, []));
        await expectStop(agent);
      }
    }
    expect(victim.isRunning).toBe(true);
    expect(service.isRunning).toBe(true);
  });

  test("a leftover of an agent that was killed is ended by the next one", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using first = await startWithCollector(collectorOptions(store, base, []));
    const pid = numberAt(await collectorOf(first), "pid");
    // Stopped, it does not hear the kernel's signal of our death: it stays until somebody ends it.
    process.kill(pid, "SIGSTOP");
    await first.kill();
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    await using second = await startWithCollector(collectorOptions(store, base, []));
    expect(second.log).toContain("Ended a collector that an earlier run left behind");
    expect(readFileSync(`/proc/${numberAt(await collectorOf(second), "pid")}/comm`, "utf8")).toContain("otelcol");
    await expectStop(second);
  });

  test("a configuration of the job is not used; one of root is, as it was when it was read", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    chmodSync(base.path, 0o755);
    mkdirSync(base.file("etc"));
    const mine = base.file("etc", "mine.yaml");
    writeFileSync(mine, unheardExporter("otlp_http/of-root"));
    chownSync(dirname(mine), JOB_UID, JOB_UID);
    const options = collectorOptions(store, base, ["--collector-config", mine, "--log-level", "debug"]);
    await using refused = await Agent.spawn(options);
    const end = await refused.ended(END_MAX_MS);
    expect(end.code, end.log).toBe(2);
    expect(end.log).toContain(`Cannot use telemetry.collector.config from flag --collector-config: ${mine}, wanted`);
    expect(end.log).toContain(`belongs to uid ${JOB_UID}, root wanted; run: chown -h root "${dirname(mine)}"`);
    await using validate = new Child([built("executable"), "validate", "--collector-config", mine]);
    expect(await validate.ended(END_MAX_MS), validate.output).toMatchObject({ code: 2 });

    chownSync(dirname(mine), 0, 0);
    await using agent = await startWithCollector(options);
    await agent.said(/otlp_http\/of-root/);
    renameSync(mine, base.file("etc", "away.yaml"));
    writeFileSync(mine, "receivers: { no_such_receiver: {} }\n");
    expect(readFileSync(base.file("collector", "config", "user-1-mine.yaml"), "utf8")).toContain("otlp_http/of-root");
    await expectStop(agent);
  });
});
