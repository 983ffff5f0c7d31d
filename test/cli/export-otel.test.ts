import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { appendVariables, type OtelExport, otelVariables } from "../../src/cli/export-otel.ts";
import { readGithubEnv } from "../support/github-env.ts";
import { TempDir } from "../support/temp-dir.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const EXPORT: OtelExport = {
  url: "http://127.0.0.1:33931",
  traceparent: TRACEPARENT,
  attributes: { "vcs.owner.name": "a,b=c d" },
  workflowVariables: undefined,
};
const directory = new TempDir("github-env");
const folder = directory.path;
afterAll(() => directory[Symbol.dispose]());

function named(variables: Readonly<Record<string, string>>, change: Partial<OtelExport> = {}): string[] {
  return [...otelVariables({ ...EXPORT, ...change }, variables).keys()].map((name) =>
    name.replace("OTEL_EXPORTER_OTLP_", ""),
  );
}

describe("otelVariables()", () => {
  test("are what an SDK needs to send to the agent and join the trace", () => {
    expect(Object.fromEntries(otelVariables(EXPORT, {}))).toEqual({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:33931",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      TRACEPARENT,
      OTEL_RESOURCE_ATTRIBUTES: "vcs.owner.name=a%2Cb%3Dc%20d",
    });
  });

  test("leave alone what is there: an endpoint with its protocol, a protocol that we do not speak", () => {
    expect(named({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://mine:4318" })).toEqual([
      "TRACEPARENT",
      "OTEL_RESOURCE_ATTRIBUTES",
    ]);
    expect(named({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toEqual(["TRACEPARENT", "OTEL_RESOURCE_ATTRIBUTES"]);
    expect(named({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", TRACEPARENT: "mine" })).toEqual([
      "ENDPOINT",
      "OTEL_RESOURCE_ATTRIBUTES",
    ]);
    expect(named({ OTEL_RESOURCE_ATTRIBUTES: "a=b" })).toEqual(["ENDPOINT", "PROTOCOL", "TRACEPARENT"]);
    expect(named({ OTEL_EXPORTER_OTLP_ENDPOINT: "" })).toContain("ENDPOINT");
  });

  test("leave alone what the workflow sets, where somebody knows that", () => {
    const workflowVariables = ["OTEL_EXPORTER_OTLP_ENDPOINT", "TRACEPARENT", 5];
    expect(named({}, { workflowVariables })).toEqual(["OTEL_RESOURCE_ATTRIBUTES"]);
    // Whose value is not known: it may not be HTTP.
    expect(named({}, { workflowVariables: ["OTEL_EXPORTER_OTLP_PROTOCOL"] })).not.toContain("ENDPOINT");
    expect(named({}, { workflowVariables: "OTEL_EXPORTER_OTLP_ENDPOINT" })).toContain("ENDPOINT");
  });

  test("are none where the steps run in containers", () => {
    expect(named({ ACTIONS_RUNNER_CONTAINER_HOOKS: "/k8s/index.js" })).toEqual([]);
    expect(named({ ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER: "true" })).toEqual([]);
  });

  test.each([undefined, 5, "", `${TRACEPARENT}\nPATH=/evil`, "00-XYZ"])("have no traceparent of %p", (traceparent) => {
    const all = otelVariables({ ...EXPORT, traceparent }, {});
    expect(all.has("TRACEPARENT")).toBe(false);
  });
});

describe("appendVariables()", () => {
  test.each([
    ["", []],
    ["MINE=1\n", [["MINE", "1"]]],
    ["MINE=1", [["MINE", "1"]]],
  ] as [string, [string, string][]][])("adds to a file with %p, in a form that holds any text", (before, mine) => {
    const file = join(folder, "env");
    writeFileSync(file, before);
    const hostile = "a\nPATH=/evil\r\nEOF\nghadelimiter_0\n$(reboot)`reboot`\"'\u202e";
    appendVariables(
      file,
      new Map([
        ["A", hostile],
        ["B", ""],
      ]),
    );
    expect([...readGithubEnv(readFileSync(file, "utf8"))]).toEqual([...mine, ["A", hostile], ["B", ""]]);
  });

  test("makes no file, follows no link, waits for no reader, and writes to nothing but a file", () => {
    const one = new Map([["A", "1"]]);
    writeFileSync(join(folder, "target"), "");
    symlinkSync(join(folder, "target"), join(folder, "link"));
    mkdirSync(join(folder, "folder"));
    Bun.spawnSync(["mkfifo", join(folder, "fifo")]);
    for (const name of ["missing", "link", "folder", "fifo"]) {
      expect(() => appendVariables(join(folder, name), one), name).toThrow(/GITHUB_ENV|ENOENT/);
    }
    expect(() => appendVariables("/dev/null", one)).toThrow("no regular file");
    expect(readFileSync(join(folder, "target"), "utf8")).toBe("");
  });

  test.skipIf(process.geteuid?.() === 0)("says that a file may not be written", () => {
    const file = join(folder, "read-only");
    writeFileSync(file, "");
    chmodSync(file, 0o444);
    expect(() => appendVariables(file, new Map([["A", "1"]]))).toThrow("EACCES");
  });
});
