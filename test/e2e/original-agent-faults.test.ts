/** The other faults of the list of twelve: those of the receiver, of starting and stopping, and of the collector. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFile, readdir, stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt, valueAt } from "../support/json.ts";
import { linesOf } from "../support/lines.ts";
import { logsJson } from "../support/samples.ts";
import { agentOptions, startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore, objectsIn } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const agentOnly = needs("executable");
const withCollector = needs("executable", "collector");
/** Above all groups that systems hand out. */
const COLLECTOR_GID_MIN = 60_706;

describe.skipIf(agentOnly.missing)(agentOnly.title("faults of the original agent"), () => {
  test("4: what was buffered when it stopped was lost", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(agentOptions(store, base, ["--no-collector"]));
    const sent = await sendLogs(agent, 0, 3);
    expect((await store.objects()).size).toBe(0);
    await expectStop(agent);
    await expectDelivered(store, sent);
  });

  test("5: nothing was uploaded until the buffer was full, whatever push_frequency said", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--push-frequency", "1s"]);
    const sentAt = performance.now();
    const sent = await sendLogs(agent, 0, 1);
    await eventually("the object", async () => (await store.objects()).size === 1);
    expect(performance.now() - sentAt).toBeGreaterThan(900);
    expect(performance.now() - sentAt).toBeLessThan(5000);
    await expectDelivered(store, sent);
  });

  test("8: /health always said healthy, and there were no statistics", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--push-frequency", "60s"]);
    expect(await agent.health()).toMatchObject({ status: "healthy" });
    await sendLogs(agent, 0, 2);
    expect(await agent.stats()).toMatchObject({
      is_running: true,
      port: agent.port,
      buffer_size: expect.any(Number),
      current_buffer_size: 2,
      buffer_is_full: false,
      receiver_running: true,
      s3_uploader_running: true,
    });

    await using other = await TempDir.create("base");
    const noCollector = ["--collector-path", other.file("missing")];
    await using without = await Agent.start(agentOptions(store, other, noCollector));
    const degraded = await without.get("/health");
    expect(degraded.status).toBe(200);
    expect(await degraded.json()).toMatchObject({ status: "degraded" });
  });

  test("9: malformed bodies got 200, protobuf and gzip were stored as they came, no answer had a body", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    const malformed = await agent.post("/v1/logs", '{"resourceLogs":[');
    expect(malformed.status).toBe(400);
    expect(await malformed.json()).toMatchObject({ message: expect.any(String) });
    expect((await agent.post("/v1/logs", "")).status).toBe(400);

    const line = logsJson("zipped");
    const zipped = await agent.post("/v1/logs", gzipSync(line), { "content-encoding": "gzip" });
    expect([zipped.status, await zipped.text()]).toEqual([200, "{}"]);
    // resource_logs { scope_logs { log_records { body { string_value: "hi" } } } }
    const record = message(2, message(2, message(5, message(1, Buffer.from("hi")))));
    const answer = await agent.post("/v1/logs", message(1, record), { "content-type": "application/x-protobuf" });
    expect([answer.status, answer.headers.get("content-type"), (await answer.bytes()).length]).toEqual([
      200,
      "application/x-protobuf",
      0,
    ]);
    await expectStop(agent);

    const lines = linesOf(await store.objects());
    expect(lines).toHaveLength(2);
    expect(lines).toContain(line);
    const decoded: unknown = JSON.parse(lines.find((stored) => stored !== line) ?? "");
    expect(valueAt(decoded, "resourceLogs", 0, "scopeLogs", 0, "logRecords", 0, "body")).toEqual({ stringValue: "hi" });
  });

  test("10: it listened on every interface, and secrets were logged and readable by all", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const secret = "polling-secret-that-must-not-leak";
    const options = agentOptions(store, base, ["--push-frequency", "1s", "--log-level", "debug"]);
    await using agent = await Agent.start({
      ...options,
      environment: { WARP_TELEMETRY_AGENT_ID: "r", WARP_TELEMETRY_AGENT_POLLING_SECRET: secret },
    });
    await sendLogs(agent, 0, 1);
    for (const address of outsideAddresses()) {
      const outside = await fetch(`http://${address}:${agent.port}/health`).catch(() => "refused");
      expect(outside, address).toBe("refused");
    }
    const seen = (await (await agent.get("/stats")).text()) + (await (await agent.get("/health")).text()) + agent.log;
    expect(seen).not.toContain(secret);
    await expectStop(agent);
    expect(agent.log).not.toContain(secret);

    const entries = await readdir(base.path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const { mode, gid } = await stat(file);
      // The collector of an agent of root reads its configuration through a group that nobody else is in.
      const allowed = gid >= COLLECTOR_GID_MIN ? 0o037 : 0o077;
      expect(mode & allowed, `${file} is private`).toBe(0);
      expect(await Bun.file(file).text(), file).not.toContain(secret);
    }
  });

  test("12: a template and a large collector had to lie beside it", async () => {
    await using alone = await TempDir.create("alone");
    const executable = alone.file("warp-telemetry");
    await copyFile(built("executable"), executable);
    await using agent = await Agent.start({
      executable,
      baseDirectory: alone.file("data"),
      // A PATH without any collector in it.
      environment: { PATH: alone.path },
      directory: alone.path,
    });
    const sent = await sendLogs(agent, 0, 2);
    const health = await agent.health();
    expect(health).toMatchObject({ status: "degraded" });
    expect(JSON.stringify(health)).toMatch(/otelcol/);
    await expectStop(agent);
    expect(linesOf(await objectsIn(alone.file("data/objects")), "logs")).toEqual(sent);
  });
});

describe.skipIf(withCollector.missing)(withCollector.title("faults of the original collector"), () => {
  test("7: a collector that died stayed dead, and nothing showed it", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const flags = ["--push-frequency", "1s", "--collector-path", built("collector")];
    await using agent = await Agent.start(agentOptions(store, base, flags));
    const state = async (): Promise<unknown> => valueAt(await agent.stats(), "collector", "state");
    await eventually("the collector", async () => (await state()) === "running", { timeoutMs: 30_000 });
    const pid = numberAt(await agent.stats(), "collector", "pid");
    process.kill(pid, "SIGKILL");

    await eventually("a new collector", async () => {
      const stats = await agent.stats();
      return numberAt(stats, "collector", "pid") !== pid && valueAt(stats, "collector", "state") === "running";
    });
    expect(numberAt(await agent.stats(), "collector", "restarts")).toBe(1);
    await expectStop(agent);
    expect(agent.log).toMatch(/collector.*SIGKILL|SIGKILL.*collector/);
  });
});

/** Addresses of this machine other than 127.0.0.1: those of its networks, and on Linux the rest of 127.0.0.0/8. */
function outsideAddresses(): string[] {
  const ofNetworks = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4")
    .map(({ address }) => address);
  return process.platform === "linux" ? ["127.0.0.2", ...ofNetworks] : ofNetworks;
}

/** One length-delimited protobuf field, shorter than 128 bytes. */
function message(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.byteLength]), content]);
}
