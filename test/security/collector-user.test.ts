/** What the collector of an agent of root may do, and what a hostile job may do to it. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { groups } from "../../src/lib/accounts.ts";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { collectorOptions, Followed, recordsOf, startWithCollector, unheardExporter } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { isAlive } from "../support/is-alive.ts";
import { needsJob, runJob } from "../support/job.ts";
import { arrayAt, numberAt, valueAt } from "../support/json.ts";
import { linesOf } from "../support/lines.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(120_000);

const parts = needs("executable", "collector");
const job = needsJob();

async function pidOf(agent: Agent): Promise<number> {
  return numberAt(await agent.stats(), "collector", "pid");
}

async function userOf(agent: Agent): Promise<unknown> {
  return valueAt(await agent.stats(), "collector", "user");
}

async function collectorHealth(agent: Agent): Promise<unknown> {
  return valueAt(await agent.health(), "parts", "collector");
}

function statusOf(pid: number): Map<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, "utf8").split("\n");
  return new Map(lines.map((line) => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1).trim()]));
}

describe.skipIf(parts.missing || job.missing)(job.title(parts.title("the collector of an agent of root")), () => {
  test("is a user of its own with no right at all, and the groups that read logs", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startWithCollector(collectorOptions(store, base, []));
    const pid = await pidOf(agent);
    const status = statusOf(pid);
    const uid = Number(status.get("Uid")?.split("\t")[0]);
    expect(uid).toBeWithin(60_706, 61_184);
    for (const ids of ["Uid", "Gid"]) expect(status.get(ids)).toBe(Array(4).fill(uid).join("\t"));
    const logGroups = groups().filter(({ name }) => name === "adm" || name === "systemd-journal");
    expect(new Set(status.get("Groups")?.split(" ").filter(Boolean).map(Number))).toEqual(
      new Set(logGroups.map(({ gid }) => gid)),
    );
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) expect(status.get(set)).toBe("0".repeat(16));
    expect(status.get("NoNewPrivs")).toBe("1");
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8").trim()).toBe("500");
    expect(await userOf(agent)).toBe(`uid ${uid}`);
    expect(statSync(base.file("collector", "storage")).uid).toBe(uid);
    await expectStop(agent);
  });

  test("keeps its user at the next start, and another agent has another one", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using otherBase = await TempDir.create("base");
    await using first = await startWithCollector(collectorOptions(store, base, []));
    const user = await userOf(first);
    await using other = await startWithCollector(collectorOptions(store, otherBase, []));
    expect(await userOf(other)).not.toBe(user);
    await expectStop(first);
    await using second = await startWithCollector(collectorOptions(store, base, []));
    expect(await userOf(second)).toBe(user);
    await expectStop(second);
    await expectStop(other);
  });

  test("shows a job nothing and obeys it in nothing", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    chmodSync(base.path, 0o755);
    await using agent = await startWithCollector(collectorOptions(store, base, []));
    const pid = await pidOf(agent);
    const attempts = [
      `cat /proc/${pid}/environ`,
      `ls /proc/${pid}/fd/`,
      `cat ${base.file("collector", "config", "base.yaml")}`,
      `ls ${base.file("collector")}`,
      `ls ${base.file("collector", "storage")}`,
      `echo x > ${base.file("collector", "config", "base.yaml")}`,
      `mv ${base.file("collector")} ${base.file("moved")}`,
      `rm -rf ${base.file("collector", "config")}`,
      `kill -9 ${pid}`,
    ];
    for (const attempt of attempts) {
      const output = await runJob(["sh", "-c", `${attempt} && echo "it worked"`]);
      expect(output, attempt).toMatch(/denied|not permitted/);
      expect(output, attempt).not.toContain("it worked");
    }
    expect(isAlive(pid)).toBe(true);
    await expectStop(agent);
  });

  test("measures what it measured as root", async () => {
    const shapes: string[][] = [];
    for (const user of [["--collector-user", "root"], []]) {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using agent = await startWithCollector(collectorOptions(store, base, user));
      await eventually("two batches of metrics", async () => linesOf(await store.objects(), "metrics").length >= 2, {
        timeoutMs: 30_000,
        everyMs: 200,
      });
      await expectStop(agent);
      shapes.push([...shapeOf(linesOf(await store.objects(), "metrics"))].toSorted());
    }
    const [asRoot, asItself] = shapes;
    expect(asItself).toEqual(asRoot ?? []);
    expect(asRoot?.length).toBeGreaterThan(8);
  });

  test("goes on with a storage that it had as root, and no line is lost or doubled", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using syslog = await Followed.create("syslog");
    const flags = ["--collector-syslog-path", syslog.path];
    const stored = async (): Promise<string[]> => recordsOf(await store.objects(), "logs");
    await using first = await startWithCollector(collectorOptions(store, base, [...flags, "--collector-user", "root"]));
    await syslog.untilFollowed(stored);
    const sent = await syslog.append("as root", 50);
    await eventually("the lines", async () => (await stored()).includes(sent.at(-1) ?? ""), { timeoutMs: 30_000 });
    await expectStop(first);
    expect(first.log).toContain("runs as root, as telemetry.collector.user says");
    sent.push(...(await syslog.append("between", 50)));
    await using second = await startWithCollector(collectorOptions(store, base, flags));
    sent.push(...(await syslog.append("as itself", 50)));
    await eventually("the lines", async () => (await stored()).includes(sent.at(-1) ?? ""), { timeoutMs: 30_000 });
    await expectStop(second);
    expect(syslog.withoutProbes(await stored()).toSorted()).toEqual(sent.toSorted());
  });

  test("says what mends a system log that it may not read, and is healthy when it is mended", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using syslog = await Followed.create("syslog");
    chmodSync(syslog.path, 0o600);
    await using agent = await startWithCollector(
      collectorOptions(store, base, ["--collector-syslog-path", syslog.path]),
    );
    const command = `chgrp adm "${syslog.path}" && chmod 640 "${syslog.path}"`;
    expect(await collectorHealth(agent)).toMatchObject({ status: "degraded", remedy: `Run: ${command}` });
    Bun.spawnSync(["sh", "-c", command]);
    expect(await collectorHealth(agent)).toEqual({ status: "healthy" });
    chmodSync(syslog.path.replace("/syslog", ""), 0o700);
    expect(await collectorHealth(agent)).toMatchObject({ reason: expect.stringContaining("may not pass through") });
    await expectStop(agent);
  });

  test("runs as root with a warning where setpriv cannot change the user, but not against the setting", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using syslog = await Followed.create("syslog");
    const flags = ["--collector-syslog-path", syslog.path];
    const setpriv = Bun.which("setpriv") ?? "";
    const launcher = ["unshare", "--mount", "sh", "-c", `mount --bind /bin/false ${setpriv} && exec "$@"`, "sh"];
    await using agent = await startWithCollector({ ...collectorOptions(store, base, flags), launcher });
    expect(statusOf(await pidOf(agent)).get("Uid")).toStartWith("0\t");
    expect(await collectorHealth(agent)).toMatchObject({
      status: "degraded",
      reason: expect.stringContaining("it runs as root"),
      remedy: expect.stringContaining("Install util-linux"),
    });
    await expectStop(agent);
    const options = collectorOptions(store, base, [...flags, "--collector-user", "nobody"]);
    await using other = await Agent.start({ ...options, launcher });
    await eventually("it to say no", async () =>
      JSON.stringify(await collectorHealth(other)).includes("Cannot run the collector as nobody"),
    );
    expect(valueAt(await other.stats(), "collector", "pid")).toBeNull();
    await expectStop(other);
  });

  test("is the account that is named, and reads a user's file that only root can read", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const mine = base.file("mine.yaml");
    writeFileSync(mine, unheardExporter("otlp_http/mine"), {
      mode: 0o600,
    });
    const flags = ["--collector-user", "nobody", "--collector-config", mine, "--log-level", "debug"];
    await using agent = await startWithCollector(collectorOptions(store, base, flags));
    expect(statusOf(await pidOf(agent)).get("Uid")).toStartWith("65534\t");
    await agent.said(/otlp_http\/mine/, 20_000);
    expect(statSync(base.file("collector", "config", "user-1-mine.yaml"))).toMatchObject({ uid: 0, gid: 65_534 });
    await expectStop(agent);
  });
});

/** Every metric with the attributes of each of its points. */
function shapeOf(lines: readonly string[]): Set<string> {
  const metrics = lines
    .map((line): unknown => JSON.parse(line))
    .flatMap((line) => arrayAt(line, "resourceMetrics"))
    .flatMap((resource) => arrayAt(resource, "scopeMetrics"))
    .flatMap((scope) => arrayAt(scope, "metrics"))
    // A disk may be filling up or not.
    .filter((metric) => valueAt(metric, "name") !== "system.filesystem.time_to_full");
  return new Set(
    metrics.flatMap((metric) => pointsOf(metric).map((point) => `${String(valueAt(metric, "name"))} ${point}`)),
  );
}

function pointsOf(metric: unknown): readonly string[] {
  const kind = valueAt(metric, "gauge") === undefined ? "sum" : "gauge";
  return arrayAt(metric, kind, "dataPoints").map((point) => JSON.stringify(valueAt(point, "attributes") ?? []));
}
