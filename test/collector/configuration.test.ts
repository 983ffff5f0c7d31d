import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  collectorArguments,
  configurationFiles,
  configurationParts,
  userFiles,
} from "../../src/collector/configuration.ts";
import { collectorEnvironment } from "../../src/collector/environment.ts";
import { codeBlocks } from "../support/code-blocks.ts";
import { valueAt } from "../support/json.ts";
import { TempDir } from "../support/temp-dir.ts";
import { ALL_OF_IT } from "../../src/collector/journal-start.ts";
import { RESOURCE } from "./support.ts";

const OTELCOL = resolve(import.meta.dir, "../../dist/otelcol");
const FILES = { kind: "files", path: "/var/log/syslog" } as const;

const ENVIRONMENT = collectorEnvironment({ PATH: Bun.env["PATH"] }, [], {
  endpoint: "http://127.0.0.1:9",
  token: "token",
  intervalMs: 1000,
  requestMaxBytes: 16 * 1024 * 1024,
  storageDirectory: "/nonexistent",
  resource: RESOURCE,
  syslogPaths: ["/var/log/syslog"],
  isSyslogNew: false,
  journalStart: ALL_OF_IT,
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
    ["darwin", FILES, ["base", "host-metrics", "darwin", "syslog"]],
    ["win32", { kind: "windows-event-log" }, ["base", "host-metrics", "windows"]],
    ["freebsd", FILES, ["base", "linux", "syslog"]],
  ] as const)("%s, %p", (platform, log, parts) => {
    expect(configurationParts(platform, log)).toEqual([...parts]);
  });
});

describe("userFiles()", () => {
  test("reads the user's files now, and names them in their order", () => {
    using folder = new TempDir("collector");
    const paths = [folder.file("mine.yaml"), folder.file("with space.yaml")];
    for (const path of paths) writeFileSync(path, `# ${path}`, { mode: 0o600 });
    const files = userFiles(paths);
    expect(files.map(({ name }) => name)).toEqual(["user-1-mine.yaml", "user-2-with_space.yaml"]);
    expect(files.map(({ text }) => Buffer.from(text).toString())).toEqual(paths.map((path) => `# ${path}`));
  });

  test("refuses what is no file, at once", () => {
    using folder = new TempDir("collector");
    Bun.spawnSync(["mkfifo", folder.file("mine.yaml")]);
    expect(() => userFiles([folder.file("mine.yaml")])).toThrow("no regular file");
    expect(() => userFiles([folder.file("none.yaml")])).toThrow("ENOENT");
  });
});

test.each([
  // What the agent measures itself must not come from two sides.
  ["linux", ["disk", "load"]],
  ["darwin", ["cpu", "disk", "filesystem", "load", "memory", "network"]],
  ["win32", ["cpu", "disk", "filesystem", "load", "memory", "network"]],
] as const)("host_metrics measures on %s: %p", (platform, scrapers) => {
  const log = platform === "win32" ? ({ kind: "windows-event-log" } as const) : FILES;
  const measured = configurationFiles(configurationParts(platform, log)).flatMap(({ text }) => {
    const found = valueAt(Bun.YAML.parse(text), "receivers", "host_metrics", "scrapers");
    return Object.keys(Object(found));
  });
  expect([...new Set(measured)].toSorted()).toEqual([...scrapers]);
});

test("collectorArguments() keeps the files in their order", () => {
  const files = collectorArguments(["config/base.yaml", "config/user-1-mine.yaml"]).slice(1);
  expect(files).toEqual(["--config=file:config/base.yaml", "--config=file:config/user-1-mine.yaml"]);
});

/** Our files and the user's in `folder`, as arguments. */
function written(folder: string, parts: readonly string[], mine: readonly string[] = []): readonly string[] {
  const files = [...configurationFiles(parts), ...userFiles(mine)];
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  return collectorArguments(files.map(({ name }) => join(folder, name)));
}

describe.skipIf(!existsSync(OTELCOL))("the configuration (needs dist/otelcol: bun run build:collector)", () => {
  // Windows' needs a receiver that only the official contrib distribution has.
  test.each([
    ["Linux with a syslog file", "linux", FILES],
    ["Linux with a journal", "linux", { kind: "journald" }],
    ["macOS", "darwin", FILES],
  ] as const)("for %s is valid", (_, platform, log) => {
    using folder = new TempDir("collector");
    const args = written(folder.path, configurationParts(platform, log));
    expect(otelcol("validate", args)).toMatchObject({ code: 0, stderr: "" });
  });

  test("a user's file adds to our pipelines and replaces nothing", () => {
    using folder = new TempDir("collector");
    const mine = join(folder.path, "mine.yaml");
    writeFileSync(
      mine,
      `
receivers: { otlp/mine: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }
exporters: { file/mine: { path: /dev/null } }
extensions: { file_storage/mine: { directory: /tmp } }
service:
  extensions: [file_storage/mine]
  pipelines:
    logs: { receivers: [otlp/mine], exporters: [file/mine] }
    traces/mine: { receivers: [otlp/mine], exporters: [file/mine] }
`,
    );
    const args = written(folder.path, configurationParts("linux", FILES), [mine]);
    expect(mergedConfiguration(args)).toMatchObject({
      service: {
        extensions: ["file_storage", "file_storage/mine"],
        pipelines: {
          logs: {
            receivers: ["file_log/syslog", "otlp/mine"],
            processors: ["resource"],
            exporters: ["otlp_http/logs", "file/mine"],
          },
          metrics: { receivers: ["host_metrics"], exporters: ["otlp_http/metrics"] },
          "traces/mine": { receivers: ["otlp/mine"], exporters: ["file/mine"] },
        },
      },
    });
  });

  test("the example of the page about the collector is valid, and adds a log to ours", () => {
    using folder = new TempDir("collector");
    const mine = join(folder.path, "mine.yaml");
    writeFileSync(mine, codeBlocks("src/help/collector.md", "yaml")[0] ?? "");
    const args = written(folder.path, configurationParts("linux", FILES), [mine]);
    expect(otelcol("validate", args)).toMatchObject({ code: 0, stderr: "" });
    expect(mergedConfiguration(args)).toMatchObject({
      service: { pipelines: { logs: { receivers: ["file_log/syslog", "file_log/mine"], processors: ["resource"] } } },
    });
  });

  test("a user's file that is wrong is refused by name", () => {
    using folder = new TempDir("collector");
    const mine = join(folder.path, "mine.yaml");
    writeFileSync(mine, "receivers: { no_such_receiver: {} }\n");
    const { code, stderr } = otelcol("validate", written(folder.path, configurationParts("linux", FILES), [mine]));
    expect(code).toBe(1);
    expect(stderr).toContain("no_such_receiver");
  });
});
