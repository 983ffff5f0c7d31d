import { afterEach, describe, expect, test } from "bun:test";
import { appendFileSync, existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CollectorChild } from "../../src/collector/child.ts";
import { collectorArguments, configurationFiles, configurationParts } from "../../src/collector/configuration.ts";
import { collectorEnvironment } from "../../src/collector/environment.ts";
import type { CollectorOptions } from "../../src/collector/options.ts";
import { OutputTail } from "../../src/collector/output-tail.ts";
import { CollectorSupervisor } from "../../src/collector/supervisor.ts";
import { RealCollectors, realOptions } from "./real-collector.ts";
import { StandInReceiver } from "./stand-in-receiver.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { eventually } from "../support/eventually.ts";
import { isAlive } from "../support/is-alive.ts";
import { TempDir } from "../support/temp-dir.ts";
import { RESOURCE } from "./support.ts";

const HOST_METRICS = resolve(import.meta.dir, "../../src/collector/config/host-metrics.yaml");
const OTELCOL = resolve(import.meta.dir, "../../dist/otelcol");
const TEST_MAX_MS = 40_000;
const WAIT_MAX_MS = 20_000;

const collectors = new RealCollectors();
const startReal = (options: CollectorOptions, receiver: StandInReceiver): Promise<CollectorSupervisor> =>
  collectors.start(options, receiver);
afterEach(() => collectors.stop());

/** Distinct lines long enough that a thousand of them are sent at once, without waiting for the collector's batch. */
function appendLines(path: string, name: string, count: number): readonly string[] {
  const lines = Array.from({ length: count }, (_, index) => `${name}-${index}-${"x".repeat(700)}`);
  appendFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return lines;
}

function sorted(lines: readonly string[]): readonly string[] {
  return lines.toSorted();
}

describe.skipIf(!existsSync(OTELCOL))("the real collector (needs dist/otelcol: bun run build:collector)", () => {
  test(
    "sends host metrics in the form of the original and syslog, with token and resource",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const syslog = join(folder.path, "syslog");
      writeFileSync(syslog, "from before the first start\n");
      // On Linux the agent itself measures most of it: what host_metrics does elsewhere is switched on again here.
      const configFiles = process.platform === "linux" ? [HOST_METRICS] : [];
      const resource = { ...RESOURCE, "host.name": "1e5" };
      const supervisor = await startReal({ ...realOptions(folder.path, receiver), resource, configFiles }, receiver);
      await Bun.sleep(1500);
      appendFileSync(syslog, "a line of syslog\n");
      await eventually(
        "both streams to arrive",
        () => ["/v1/metrics", "/v1/logs"].every((path) => receiver.textOf(path) !== ""),
        { timeoutMs: WAIT_MAX_MS },
      );

      expect(receiver.logLines("/v1/logs")).toEqual(["a line of syslog"]);
      const metrics = receiver.textOf("/v1/metrics");
      const names = new Set(Array.from(metrics.matchAll(/"name":"(system\.[^"]+)"/g), ([, name = ""]) => name));
      expect([...names].sort()).toEqual([
        "system.cpu.load_average.15m",
        "system.cpu.load_average.1m",
        "system.cpu.load_average.5m",
        "system.cpu.utilization",
        "system.disk.io",
        "system.filesystem.utilization",
        "system.memory.utilization",
        "system.network.io",
      ]);
      expect(metrics).toMatch(/"name":"system.cpu.utilization",[^{]*"unit":"%","gauge":\{"dataPoints":\[\{"startTime/);
      expect(metrics).toMatch(/"name":"system.network.io",[^{]*"unit":"By\/s","gauge"/);
      expect(metrics).toContain('{"key":"device","value":{"stringValue":"internet"}}');
      expect(metrics).not.toContain('"stringValue":"idle"');
      expect(metrics).not.toContain('"stringValue":"cached"');
      for (const { token, contentType, body } of receiver.received) {
        expect(token).toBe(supervisor.token);
        expect(contentType).toBe("application/json");
        for (const attribute of [
          '{"key":"host.name","value":{"stringValue":"1e5"}}',
          '{"key":"service.name","value":{"stringValue":"warpbuild-agent"}}',
          '{"key":"telemetry.version","value":{"stringValue":"1.2.3"}}',
          `{"key":"telemetry.vm_os","value":{"stringValue":"${process.platform}"}}`,
        ]) {
          expect(body).toContain(attribute);
        }
      }
      expect(supervisor.health()).toEqual({ status: "healthy" });
      expect(supervisor.stats()["version"]).toMatch(/^\d+\.\d+\.\d+$/);
    },
    TEST_MAX_MS,
  );

  test.skipIf(process.platform !== "linux")(
    "listens on no port",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const supervisor = await startReal(realOptions(folder.path, receiver), receiver);
      const pid = Number(supervisor.stats()["pid"]);
      const sockets = new Set(
        readdirSync(`/proc/${pid}/fd`).flatMap(
          (fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
        ),
      );
      const listening = ["tcp", "tcp6"]
        .flatMap((table) => readFileSync(`/proc/net/${table}`, "utf8").split("\n"))
        .map((line) => line.trim().split(/\s+/))
        .filter((columns) => columns[3] === "0A" && sockets.has(columns[9] ?? ""));
      expect(listening).toEqual([]);
    },
    TEST_MAX_MS,
  );

  test(
    "a stop takes along what was written right before it",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const syslog = join(folder.path, "syslog");
      writeFileSync(syslog, "");
      const supervisor = await startReal(realOptions(folder.path, receiver), receiver);
      appendFileSync(syslog, "last words\n");
      await supervisor.stop(3000);
      expect(receiver.logLines("/v1/logs")).toEqual(["last words"]);
    },
    TEST_MAX_MS,
  );

  test(
    "every line arrives once when it is stopped and killed while the receiver refuses",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const syslog = join(folder.path, "syslog");
      writeFileSync(syslog, "");
      const options = realOptions(folder.path, receiver);
      receiver.status = 503;

      const stopped = await startReal(options, receiver);
      await Bun.sleep(1500);
      const lines = [...appendLines(syslog, "stopped", 1000)];
      await eventually("it to be refused", () => receiver.refused > 1, { timeoutMs: WAIT_MAX_MS });
      await stopped.stop(3000);
      lines.push(...appendLines(syslog, "while-down", 100));

      const killed = await startReal(options, receiver);
      const refused = receiver.refused;
      lines.push(...appendLines(syslog, "killed", 1000));
      await eventually("it to be refused again", () => receiver.refused > refused + 2, { timeoutMs: WAIT_MAX_MS });
      process.kill(Number(killed.stats()["pid"]), "SIGKILL");
      await eventually(
        "it to be started again",
        () => {
          const { restarts, state } = killed.stats();
          return restarts === 1 && state === "running";
        },
        { timeoutMs: WAIT_MAX_MS },
      );
      receiver.status = 200;
      await eventually("all lines to arrive", () => receiver.logLines("/v1/logs").length >= lines.length, {
        timeoutMs: WAIT_MAX_MS,
      });
      await killed.stop(3000);
      expect(sorted(receiver.logLines("/v1/logs"))).toEqual(sorted(lines));
    },
    2 * TEST_MAX_MS,
  );

  test(
    "a line is whole however its writer flushes, with its indent, and what is no UTF-8 keeps its bytes",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const syslog = join(folder.path, "syslog");
      writeFileSync(syslog, "");
      const supervisor = await startReal(realOptions(folder.path, receiver), receiver);
      const [start, end] = [
        Buffer.from("caf\u00e9 \u2713").subarray(0, 4),
        Buffer.from("caf\u00e9 \u2713").subarray(4),
      ];
      appendFileSync(syslog, start);
      await Bun.sleep(1500);
      appendFileSync(syslog, Buffer.concat([end, Buffer.from("\ncaf\xe9\n\n  at indent\n", "latin1")]));
      await supervisor.stop(3000);
      expect(receiver.logLines("/v1/logs")).toEqual(["caf\u00e9 \u2713", "caf\ufffd", "  at indent"]);
      const original = Buffer.from("caf\xe9", "latin1").toString("base64");
      expect(receiver.textOf("/v1/logs")).toContain(
        `{"key":"log.record.original","value":{"stringValue":"${original}"}}`,
      );
    },
    TEST_MAX_MS,
  );

  test(
    "what comes while it is down is read, also when the log was empty or absent at the first start",
    async () => {
      for (const before of ["", undefined]) {
        using folder = new TempDir("collector");
        await using receiver = new StandInReceiver();
        const syslog = join(folder.path, "syslog");
        if (before !== undefined) writeFileSync(syslog, before);
        const options = realOptions(folder.path, receiver);
        await (await startReal(options, receiver)).stop(3000);
        const lines = appendLines(syslog, "while-down", 10);
        await (await startReal(options, receiver)).stop(3000);
        expect(receiver.logLines("/v1/logs")).toEqual(lines);
      }
    },
    TEST_MAX_MS,
  );

  test(
    "a log that is not empty at the first start is read from the start on, and no line before it",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const syslog = join(folder.path, "syslog");
      appendLines(syslog, "before", 50);
      writeFileSync(`${syslog}.1`, "rotated\n");
      const starting = startReal(realOptions(folder.path, receiver), receiver);
      const lines: string[] = [];
      for (const startMs = performance.now(); performance.now() - startMs < 2500; await Bun.sleep(20))
        lines.push(...appendLines(syslog, `since-${lines.length}`, 1));
      await (await starting).stop(3000);
      lines.push(...appendLines(syslog, "while-down", 10));
      await (await startReal(realOptions(folder.path, receiver), receiver)).stop(3000);
      expect(receiver.logLines("/v1/logs")).toEqual(lines);
    },
    TEST_MAX_MS,
  );

  test(
    "reads on after a rotation that came while it was down",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const syslog = join(folder.path, "syslog");
      writeFileSync(syslog, "");
      const options = realOptions(folder.path, receiver);
      const first = await startReal(options, receiver);
      await Bun.sleep(1500);
      const lines = [...appendLines(syslog, "first", 10)];
      await Bun.sleep(1500);
      await first.stop(3000);
      lines.push(...appendLines(syslog, "before-rotation", 10));
      writeFileSync(`${syslog}.1`, readFileSync(syslog));
      writeFileSync(syslog, "");
      lines.push(...appendLines(syslog, "after-rotation", 10));
      const second = await startReal(options, receiver);
      await Bun.sleep(2500);
      await second.stop(3000);
      expect(sorted(receiver.logLines("/v1/logs"))).toEqual(sorted(lines));
    },
    TEST_MAX_MS,
  );

  test.skipIf(process.platform !== "linux")(
    "dies with an agent that is killed, and the next start finds its storage free",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const options = realOptions(folder.path, receiver);
      const agent = Bun.spawn(["bun", join(import.meta.dir, "supervisor-process.ts"), JSON.stringify(options)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const { value } = await agent.stdout.getReader().read();
      const pid = Number(new TextDecoder().decode(value));
      expect(isAlive(pid)).toBe(true);
      agent.kill("SIGKILL");
      const second = await startReal(options, receiver);
      expect(isAlive(pid)).toBe(false);
      expect(second.stats()).toMatchObject({ restarts: 0, last_exit: null });
    },
    TEST_MAX_MS,
  );

  test.skipIf(process.platform !== "linux")(
    "dies with an agent that is killed, without a next start",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const options = realOptions(folder.path, receiver);
      const agent = Bun.spawn(["bun", join(import.meta.dir, "supervisor-process.ts"), JSON.stringify(options)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const { value } = await agent.stdout.getReader().read();
      const pid = Number(new TextDecoder().decode(value));
      agent.kill("SIGKILL");
      await eventually("the collector to be gone", () => !isAlive(pid), { timeoutMs: 5000 });
    },
    TEST_MAX_MS,
  );

  test(
    "a user's broken file is a crash loop that names it, and the agent lives",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const log = captureLog();
      const mine = join(folder.path, "mine.yaml");
      writeFileSync(mine, "receivers: { no_such_receiver: {} }\n");
      const supervisor = new CollectorSupervisor({ ...realOptions(folder.path, receiver), configFiles: [mine] });
      collectors.add(supervisor);
      await supervisor.start();
      await eventually("it to fail", () => supervisor.stats()["last_exit"] !== null, { timeoutMs: WAIT_MAX_MS });
      expect(supervisor.health()).toMatchObject({ status: "degraded", reason: expect.stringContaining("exit code 1") });
      expect(log.join("\n")).toContain("no_such_receiver");
      releaseLog();
    },
    TEST_MAX_MS,
  );

  test.skipIf(process.platform !== "linux")(
    "makes of the journal's entries records like those of syslog",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const from = { bootId: "0123456789abcdef0123456789abcdef", monotonicUs: 1000, unixSeconds: 2 };
      const entry = {
        __CURSOR: "s=1",
        __REALTIME_TIMESTAMP: "1795362444194100",
        MESSAGE: "Accepted publickey",
        PRIORITY: "4",
        _PID: "77",
        _SYSTEMD_UNIT: "ssh.service",
        SYSLOG_IDENTIFIER: "sshd",
        _BOOT_ID: "noise",
      };
      const others = [
        { ...entry, MESSAGE: [...Buffer.from("\u001b[31mred\u001b[0m \u2713")] },
        { ...entry, MESSAGE: [...Buffer.from("caf\xe9", "latin1")] },
        { ...entry, MESSAGE: "of before", _BOOT_ID: from.bootId, __MONOTONIC_TIMESTAMP: "999" },
        { ...entry, MESSAGE: "of now", _BOOT_ID: from.bootId, __MONOTONIC_TIMESTAMP: "1000" },
        { ...entry, MESSAGE: "of an earlier boot", __REALTIME_TIMESTAMP: "1000000" },
      ];
      const output = [entry, ...others].map((one) => JSON.stringify(one)).join("\n");
      writeFileSync(join(folder.path, "journal"), `${output}\n`);
      const journalctl = join(folder.path, "journalctl");
      writeFileSync(journalctl, `#!/bin/sh\ncat ${folder.path}/journal\nexec sleep 60\n`, { mode: 0o755 });
      const environment = collectorEnvironment({ PATH: `${folder.path}:${Bun.env["PATH"]}` }, [], {
        endpoint: `http://127.0.0.1:${receiver.port}`,
        token: "token",
        intervalMs: 60_000,
        requestMaxBytes: 16 * 1024 * 1024,
        storageDirectory: join(folder.path, "storage"),
        resource: RESOURCE,
        syslogPaths: [],
        isSyslogNew: false,
        journalStart: { from, isFirst: false },
      });
      const files = configurationFiles(configurationParts("linux", { kind: "journald" }));
      for (const { name, text } of files) writeFileSync(join(folder.path, name), text);
      const command = [OTELCOL, ...collectorArguments(files.map(({ name }) => join(folder.path, name)))];
      const tail = new OutputTail(64 * 1024);
      const child = new CollectorChild({ command, environment, workingDirectory: folder.path }, tail);
      await eventually("the entry to arrive", () => receiver.textOf("/v1/logs") !== "", { timeoutMs: WAIT_MAX_MS });
      await child.stop(3000);
      expect(receiver.logLines("/v1/logs")).toEqual([
        "Accepted publickey",
        "\\u001b[31mred\\u001b[0m \u2713",
        "caf\ufffd",
        "of now",
      ]);
      const text = receiver.textOf("/v1/logs");
      expect(text).toContain('"severityNumber":13');
      expect(text).toContain('{"key":"syslog.identifier","value":{"stringValue":"sshd"}}');
      expect(text).toContain('{"key":"systemd.unit","value":{"stringValue":"ssh.service"}}');
      expect(text).not.toContain("noise");
    },
    TEST_MAX_MS,
  );
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
