import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createManager } from "../../src/manager/create-manager.ts";
import { StartError } from "../../src/manager/start-error.ts";
import type { TelemetryManager } from "../../src/manager/telemetry-manager.ts";
import { AGENT_METRICS } from "../../src/stats/agent-metrics.ts";
import type { Metric } from "../../src/stats/metric.ts";
import { STREAM_METRICS } from "../../src/stats/stream-metrics.ts";
import { eventually } from "../support/eventually.ts";
import { listening } from "../support/listening.ts";
import { loneConnection } from "../support/lone-connection.ts";
import { TempDir } from "../support/temp-dir.ts";
import { rejectionOf } from "../support/rejection.ts";

/** A test ends as failed before it. */
const LONGER_THAN_A_TEST = "60s";

/** A manager in `directory` on a free port, without a collector. */
function managerIn(directory: TempDir, telemetry: object = {}, agent: object = {}): TelemetryManager {
  const collector = { enabled: false };
  const base = { base_directory: directory.file("base"), port: 0, collector, ...telemetry };
  return createManager({ telemetry: base, agent });
}

async function post(manager: TelemetryManager, body: string, path = "/v1/logs"): Promise<Response> {
  const { port } = manager.getStats();
  const headers = { "content-type": "application/json" };
  return fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body });
}

function objectsIn(directory: TempDir): Record<string, string> {
  const folder = directory.file("base", "objects");
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`, "utf8")]));
}

/** A stand-in for the API that answers `allocation_details` with `details` and has no upload URLs. */
function api(details: () => Response) {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) => (url.endsWith("/allocation_details") ? details() : new Response("", { status: 503 })),
  });
  const agent = { id: "r1", polling_secret: "s", host_url: `http://127.0.0.1:${server.port}` };
  return { agent, [Symbol.asyncDispose]: () => server.stop(true) };
}

describe("TelemetryManager", () => {
  test("takes the seed's requests and delivers them byte for byte when it stops", async () => {
    using directory = new TempDir();
    const manager = managerIn(directory);
    await manager.start();
    const bodies = {
      logs: '{"logs": [{"body": "test log message"}]}',
      metrics: '{"metrics": [{"name": "cpu_usage", "value": 75.5}]}',
      traces: '{"traces": [{"span_id": "123", "trace_id": "456"}]}',
    };
    for (const [stream, body] of Object.entries(bodies)) {
      expect((await post(manager, body, `/v1/${stream}`)).status).toBe(200);
    }
    expect(manager.getStats()).toMatchObject({
      is_running: true,
      buffer_size: 4000,
      current_buffer_size: 3,
      buffer_is_full: false,
      receiver_running: true,
      s3_uploader_running: true,
    });
    expect(await manager.stop()).toMatchObject({ linesLeft: 0, reason: "stopped", isFailure: false });
    const stored = Object.entries(objectsIn(directory)).map(([name, text]) => [name.replace(/^\d{8}-\d{6}/, ""), text]);
    expect(Object.fromEntries(stored)).toEqual({
      ".logs.log": `${bodies.logs}\n`,
      ".metrics.log": `${bodies.metrics}\n`,
      ".traces.log": `${bodies.traces}\n`,
    });
    expect(manager.getStats()).toMatchObject({
      is_running: false,
      receiver_running: false,
      s3_uploader_running: false,
    });
  });

  test("sends what it holds when it is asked to, and holds nothing before the start and after the stop", async () => {
    using directory = new TempDir();
    const manager = managerIn(directory);
    expect(await manager.flush()).toEqual({ linesLeft: 0 });
    await manager.start();
    const body = '{"logs": [{"body": "a line"}]}';
    await post(manager, body);
    expect(await manager.flush()).toEqual({ linesLeft: 0 });
    expect(Object.values(objectsIn(directory))).toEqual([`${body}\n`]);
    await manager.stop();
    expect(await manager.flush()).toEqual({ linesLeft: 0 });
  });

  test("accepts nothing after stop has returned, and stops only once", async () => {
    using directory = new TempDir();
    const manager = managerIn(directory);
    await manager.start();
    const [first, second] = await Promise.all([manager.stop(), manager.stop()]);
    expect(second).toBe(first);
    expect(await manager.ended).toBe(first);
    expect(await rejectionOf(post(manager, "{}"))).toBeInstanceOf(Error);
  });

  test("can be stopped before it was started", async () => {
    using directory = new TempDir();
    expect(await managerIn(directory).stop()).toMatchObject({ linesLeft: 0, reason: "stopped", isFailure: false });
  });

  test("starts once, and not after a stop that came before", async () => {
    using directory = new TempDir();
    const manager = managerIn(directory);
    await Promise.all([manager.start(), manager.start()]);
    const port = manager.getStats().port;
    await manager.start();
    expect(manager.getStats()).toMatchObject({ is_running: true, port });
    await manager.stop();
    await manager.start();
    expect(manager.getStats()).toMatchObject({ is_running: false, receiver_running: false });

    const never = managerIn(directory);
    await never.stop();
    expect(await never.start().catch((error: unknown) => error)).toBeInstanceOf(StartError);
  });

  test("delivers what it took when it is stopped in the middle of its start", async () => {
    using directory = new TempDir();
    const manager = managerIn(directory);
    const starting = manager.start().catch(() => {});
    const [report] = await Promise.all([manager.stop(), starting]);
    expect(report).toMatchObject({ linesLeft: 0, reason: "stopped", isFailure: false });
    expect(manager.getStats()).toMatchObject({ is_running: false, receiver_running: false });
    expect(await manager.ended).toBe(report);
    const next = managerIn(directory);
    await next.start();
    await next.stop();
  });

  test("says which stage could not start, and undoes what had started", async () => {
    using directory = new TempDir();
    const taken = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const error = await managerIn(directory, { port: taken.port })
      .start()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ stage: "receiver" });
    expect(String(error)).toContain(`(pid ${process.pid}) listens there; stop it or choose another --port`);
    await taken.stop(true);
    const again = managerIn(directory);
    await again.start();
    await again.stop();
  });

  test("does not share its base directory", async () => {
    using directory = new TempDir();
    const first = managerIn(directory);
    await first.start();
    expect(await rejectionOf(managerIn(directory).start())).toMatchObject({
      stage: "home",
      message: expect.stringContaining("another warp-telemetry"),
    });
    await first.stop();
  });

  test("leaves at the deadline what cannot be delivered, counts it, and the next start delivers it", async () => {
    using directory = new TempDir();
    writeFileSync(directory.file("objects-is-a-file"), "");
    const away = { destination: directory.file("objects-is-a-file"), drain_timeout: "1s" };
    const first = managerIn(directory, away);
    await first.start();
    for (let n = 0; n < 5; n++) await post(first, `{"n":${n}}`);
    expect(await first.stop()).toMatchObject({ linesLeft: 5, reason: "stopped", isFailure: false });

    rmSync(away.destination);
    const second = managerIn(directory, away);
    await second.start();
    expect((await second.stop()).linesLeft).toBe(0);
    const [object = ""] = readdirSync(away.destination);
    const text = readFileSync(`${away.destination}/${object}`, "utf8");
    expect(text).toBe('{"n":0}\n{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n');
  });

  test("goes on until the deadline, and delivers what can be delivered by then", async () => {
    using directory = new TempDir();
    const destination = directory.file("objects-is-a-file");
    writeFileSync(destination, "");
    const manager = managerIn(directory, { destination, drain_timeout: LONGER_THAN_A_TEST });
    await manager.start();
    await post(manager, '{"n":1}');
    const stopped = manager.stop();
    await eventually("an attempt", () => (manager.getStats().streams.logs?.retries ?? 0) > 0);
    rmSync(destination);
    expect(await stopped).toMatchObject({ linesLeft: 0, reason: "stopped", isFailure: false });
  });

  test("takes lines, but uploads none before the API has said that telemetry is on", async () => {
    using directory = new TempDir();
    let isAnswering = false;
    await using server = api(() => (isAnswering ? Response.json({}) : new Response("", { status: 500 })));
    const manager = managerIn(directory, { drain_timeout: "1s" }, server.agent);
    await manager.start();
    expect((await post(manager, '{"n":1}')).status).toBe(200);
    expect(manager.getStats()).toMatchObject({ s3_uploader_running: false });
    isAnswering = true;
    await eventually("uploads", () => manager.getStats().s3_uploader_running);
    expect((await manager.stop()).linesLeft).toBe(1);
  });

  test("does not wait for the API's answer when there is nothing to upload", async () => {
    using directory = new TempDir();
    await using server = api(() => new Response("", { status: 500 }));
    const manager = managerIn(directory, { drain_timeout: LONGER_THAN_A_TEST }, server.agent);
    await manager.start();
    expect(await manager.stop()).toMatchObject({ linesLeft: 0, reason: "stopped", isFailure: false });
  });

  test("stops, erases and counts when the API says that telemetry is off", async () => {
    using directory = new TempDir();
    await using server = api(() => Response.json({ telemetry_enabled: false }));
    const manager = managerIn(directory, {}, server.agent);
    await manager.start();
    await post(manager, '{"n":1}');
    expect(await manager.ended).toMatchObject({ linesLeft: 0, reason: "telemetry is off", isFailure: false });
    expect(manager.getStats()).toMatchObject({ discarded_lines: 1, current_buffer_size: 0 });
    expect(await manager.stop()).toMatchObject({ linesLeft: 0, reason: "telemetry is off", isFailure: false });
  });

  test("stops when telemetry is off, also when nothing was taken", async () => {
    using directory = new TempDir();
    await using server = api(() => Response.json({ telemetry_enabled: false }));
    const manager = managerIn(directory, {}, server.agent);
    await manager.start();
    expect(await manager.ended).toMatchObject({ linesLeft: 0, reason: "telemetry is off", isFailure: false });
  });

  test("ends well when telemetry is off while an outgoing connection holds its port", async () => {
    using directory = new TempDir();
    await using server = api(() => Response.json({ telemetry_enabled: false }));
    const far = createServer((socket) => socket.resume());
    const port = await loneConnection(await listening(far));
    const manager = managerIn(directory, { port }, server.agent);
    await manager.start();
    expect(manager.getStats().is_running).toBe(false);
    expect(await manager.ended).toMatchObject({ linesLeft: 0, reason: "telemetry is off", isFailure: false });
    far.close();
  });

  test("takes requests by the name that it listens on", async () => {
    using directory = new TempDir();
    // What getaddrinfo(3) takes for 127.0.0.1, and nobody for an address.
    const manager = managerIn(directory, { host: "127.1" });
    await manager.start();
    const port = manager.getStats().port;
    const get = (host: string) => fetch(`http://127.0.0.1:${port}/health`, { headers: { host } });
    expect((await get(`127.1:${port}`)).status).toBe(200);
    expect((await get(`127.2:${port}`)).status).toBe(403);
    await manager.stop();
  });

  test("delivers and ends as failed when somebody deletes its files, and starts anew", async () => {
    using directory = new TempDir();
    const first = managerIn(directory, { destination: directory.file("store") });
    await first.start();
    await post(first, '{"n":1}');
    rmSync(directory.file("base"), { recursive: true });
    const report = await first.ended;
    expect(report).toMatchObject({
      linesLeft: 0,
      isFailure: true,
      reason: expect.stringContaining(directory.file("base")),
    });
    expect(readdirSync(directory.file("store"))).toHaveLength(1);
    const second = managerIn(directory);
    await second.start();
    await second.stop();
  }, 20_000);

  test("tells its health by part, and its counters to Prometheus", async () => {
    using directory = new TempDir();
    const manager = managerIn(directory);
    await manager.start();
    await post(manager, '{"n":1}');
    await post(manager, "nonsense");
    const origin = `http://127.0.0.1:${manager.getStats().port}`;
    const health = await (await fetch(`${origin}/health`)).text();
    expect(health).toStartWith('{"status":"healthy","parts":{"receiver":{"status":"healthy"}');
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    expect(metrics).toContain('warp_telemetry_requests_accepted_total{stream="logs"} 1\n');
    expect(metrics).toContain("warp_telemetry_lines_discarded_total 0\n");
    expect(metrics).toContain('warp_telemetry_part_health{part="receiver"} 0\n');
    expect(metrics).toContain('warp_telemetry_requests_rejected_total{stream="logs",reason="bad-data"} 1\n');
    for (const { prometheus, kind } of Object.values<Metric>({ ...STREAM_METRICS, ...AGENT_METRICS })) {
      expect(metrics).toContain(`\n# TYPE ${prometheus} ${kind}\n`);
    }
    await manager.stop();
  });

  test("has snake_case keys in all of /stats", async () => {
    using directory = new TempDir();
    const manager = managerIn(directory, { collector: { enabled: true, path: "/nowhere" } });
    await manager.start();
    const keys = keysIn(manager.getStats()).filter((key) => key !== "gha-logs");
    expect(keys).toContain("output_lines");
    expect(keys.filter((key) => !/^[a-z0-9_]+$/.test(key))).toEqual([]);
    await manager.stop();
  });
});

function keysIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(keysIn);
  return Array.isArray(value) ? below : [...Object.keys(value), ...below];
}

describe("createManager()", () => {
  test("has nothing to do when telemetry is not enabled", async () => {
    using directory = new TempDir();
    const manager = managerIn(directory, { enabled: false });
    await manager.start();
    expect(manager.getStats()).toMatchObject({ is_running: false, receiver_running: false });
    expect(await manager.ended).toMatchObject({ linesLeft: 0, reason: "telemetry.enabled is false", isFailure: false });
    expect((await manager.stop()).linesLeft).toBe(0);
  });

  test("names every wrong key of the settings", () => {
    expect(() => createManager({ telemetry: { port: "x", buffer_bytes: "lots" } })).toThrow(
      /telemetry\.port[\s\S]*buffer_bytes/,
    );
  });
});
