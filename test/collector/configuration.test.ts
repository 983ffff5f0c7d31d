import { describe, expect, test } from "bun:test";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { collectorArguments, configurationParts, writeConfiguration } from "../../src/collector/configuration.ts";
import { collectorEnvironment } from "../../src/collector/environment.ts";
import { TempDir } from "../support/temp-dir.ts";

const OTELCOL = resolve(import.meta.dir, "../../dist/otelcol");
const FILES = { kind: "files", path: "/var/log/syslog" } as const;

const ENVIRONMENT = collectorEnvironment({ PATH: Bun.env["PATH"] }, [], {
  endpoint: "http://127.0.0.1:9",
  token: "token",
  intervalMs: 1000,
  requestMaxBytes: 16 * 1024 * 1024,
  storageDirectory: "/nonexistent",
  hostName: "runner-1",
  version: "1.2.3",
  syslogPaths: ["/var/log/syslog"],
  diagGlobs: ["/runner/_diag/*.log"],
});

function otelcol(command: string, args: readonly string[]): { code: number; stdout: string; stderr: string } {
  const child = Bun.spawnSync([OTELCOL, command, ...args], { env: ENVIRONMENT });
  return { code: child.exitCode, stdout: child.stdout.toString(), stderr: child.stderr.toString() };
}

/** What the collector makes of its files. */
function mergedConfiguration(args: readonly string[]): unknown {
  const { code, stdout, stderr } = otelcol("print-config", args);
  if (code !== 0) throw new Error(stderr);
  return Bun.YAML.parse(stdout);
}

describe("configurationParts()", () => {
  test.each([
    ["linux", FILES, ["base", "linux", "syslog"]],
    ["linux", { kind: "journald" }, ["base", "linux", "journald"]],
    ["darwin", FILES, ["base", "darwin", "syslog"]],
    ["win32", { kind: "windows-event-log" }, ["base", "windows"]],
    ["freebsd", FILES, ["base", "linux", "syslog"]],
  ] as const)("%s, %p", (platform, log, parts) => {
    expect(configurationParts(platform, log)).toEqual([...parts]);
  });
});

describe("writeConfiguration()", () => {
  test("writes files that only the owner can read, also over older ones", () => {
    using folder = new TempDir("collector");
    const directory = join(folder.path, "collector", "config");
    for (let time = 0; time < 2; time++) {
      const paths = writeConfiguration(directory, ["base", "linux"]);
      expect(paths).toEqual([join(directory, "base.yaml"), join(directory, "linux.yaml")]);
      for (const path of paths) {
        expect(statSync(path).mode & 0o777).toBe(0o600);
        expect(statSync(path).size).toBeGreaterThan(100);
      }
    }
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });
});

test("collectorArguments() puts the user's files last, as absolute paths, in their order", () => {
  const files = collectorArguments(["/a.yaml"], ["mine.yaml", "/b.yaml"]).slice(1);
  expect(files).toEqual(["--config=file:/a.yaml", `--config=file:${resolve("mine.yaml")}`, "--config=file:/b.yaml"]);
});

describe.skipIf(!existsSync(OTELCOL))("the configuration (needs dist/otelcol: bun run build:collector)", () => {
  // Windows' needs a receiver that only the official contrib distribution has.
  test.each([
    ["Linux with a syslog file", "linux", FILES],
    ["Linux with a journal", "linux", { kind: "journald" }],
    ["macOS", "darwin", FILES],
  ] as const)("for %s is valid", (_, platform, log) => {
    using folder = new TempDir("collector");
    const ours = writeConfiguration(folder.path, configurationParts(platform, log));
    expect(otelcol("validate", collectorArguments(ours, []))).toMatchObject({ code: 0, stderr: "" });
  });

  test("a user's file adds to our pipelines and replaces nothing", () => {
    using folder = new TempDir("collector");
    const mine = join(folder.path, "mine.yaml");
    writeFileSync(
      mine,
      `
receivers: { otlp/mine: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }
exporters: { debug/mine: {} }
extensions: { health_check/mine: {} }
service:
  extensions: [health_check/mine]
  pipelines:
    logs: { receivers: [otlp/mine], exporters: [debug/mine] }
    traces/mine: { receivers: [otlp/mine], exporters: [debug/mine] }
`,
    );
    const ours = writeConfiguration(folder.path, configurationParts("linux", FILES));
    expect(mergedConfiguration(collectorArguments(ours, [mine]))).toMatchObject({
      service: {
        extensions: ["file_storage", "health_check/mine"],
        pipelines: {
          logs: {
            receivers: ["filelog/syslog", "otlp/mine"],
            processors: ["resource"],
            exporters: ["otlphttp/logs", "debug/mine"],
          },
          metrics: { receivers: ["hostmetrics"], exporters: ["otlphttp/metrics"] },
          "traces/mine": { receivers: ["otlp/mine"], exporters: ["debug/mine"] },
        },
      },
    });
  });

  test("a user's file that is wrong is refused by name", () => {
    using folder = new TempDir("collector");
    const mine = join(folder.path, "mine.yaml");
    writeFileSync(mine, "receivers: { no_such_receiver: {} }\n");
    const ours = writeConfiguration(folder.path, configurationParts("linux", FILES));
    const { code, stderr } = otelcol("validate", collectorArguments(ours, [mine]));
    expect(code).toBe(1);
    expect(stderr).toContain("no_such_receiver");
  });
});
