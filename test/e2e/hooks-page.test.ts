/** Every command of the page about hooks and marks, typed as it is printed. Only folders and the port are the test's. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { codeBlocks } from "../support/code-blocks.ts";
import { ControlServer, ControlStandIn } from "../support/control-server.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(30_000);

const agentOnly = needs("executable");
const PAGE = "src/help/hooks-and-marks.md";
const [IMAGE = "", SCRIPT = "", PRE_COMMAND = "", PRE_EXIT = "", JOBS = ""] = codeBlocks(PAGE, "bash");
const [GITLAB = ""] = codeBlocks(PAGE, "yaml");

/** An agent's control, and a machine with its program, `make`, and the folders of the page. */
async function machine() {
  const folder = await TempDir.create("hooks-page");
  const control = new ControlStandIn();
  const server = await ControlServer.start({ control: { control } });
  for (const path of ["usr/local/lib/warp-telemetry", "opt/actions-runner", "bin"]) {
    mkdirSync(folder.file(path), { recursive: true });
  }
  symlinkSync(built("executable"), folder.file("usr/local/lib/warp-telemetry/warp-telemetry"));
  symlinkSync(built("executable"), folder.file("bin/warp-telemetry"));
  writeFileSync(folder.file("bin/make"), '#!/bin/sh\nexit "${MAKE_CODE:-0}"\n', { mode: 0o755 });
  const run = async (script: string, variables: Readonly<Record<string, string>> = {}): Promise<string> => {
    const moved = script.replaceAll(/(?<![\w/])\/(?=(opt|usr)\/)/g, `${folder.path}/`);
    const environment = {
      PATH: `${folder.file("bin")}:${process.env["PATH"] ?? ""}`,
      WARP_TELEMETRY_PORT: String(server.port),
      ...variables,
    };
    await using child = new Child(["sh", "-ec", moved], { environment, directory: folder.path });
    const { code } = await child.ended(20_000);
    expect(code, child.output).toBe(0);
    return child.output;
  };
  return {
    control,
    folder,
    run,
    marks: () => control.marks.map(({ kind, name, result }) => [kind, name, result].filter(Boolean).join(" ")),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(agentOnly.missing)(agentOnly.title("the page about hooks and marks"), () => {
  test("on an image: the runner's environment names two scripts that work, and 'Set up job' has its lines", async () => {
    await using image = await machine();
    writeFileSync(image.folder.file("opt/actions-runner/.env"), "LANG=C.UTF-8\n");
    await image.run(IMAGE);
    const lines = readFileSync(image.folder.file("opt/actions-runner/.env"), "utf8").split("\n");
    expect(lines.map((line) => line.split("=")[0])).toEqual([
      "LANG",
      "ACTIONS_RUNNER_HOOK_JOB_STARTED",
      "ACTIONS_RUNNER_HOOK_JOB_COMPLETED",
      "",
    ]);
    for (const line of lines.slice(1, 3)) expect(await image.run(`sh -e '${line.replace(/^.*=/, "")}'`)).toBe("");
    expect(image.marks()).toEqual(["job-start job", "job-end job"]);
    expect(image.control.flushes).toBe(1);
    const info: unknown = JSON.parse(readFileSync(image.folder.file("opt/actions-runner/.setup_info"), "utf8"));
    expect(info).toEqual([{ Group: "warp-telemetry", Detail: expect.stringContaining("Telemetry is on") }]);
  });

  test.each([
    ["0", "success"],
    ["2", "failure"],
  ])("a plain script whose make ends with %s", async (code, result) => {
    await using here = await machine();
    expect(await here.run(SCRIPT, { MAKE_CODE: code })).toBe("Everything is delivered\n");
    expect(here.marks()).toEqual(["step-start compile", `step-end compile ${result}`]);
    expect(here.control.flushes).toBe(1);
  });

  test("GitLab's three lines", async () => {
    await using here = await machine();
    const lines = GITLAB.split("\n").flatMap((line) => /^\s+- (.*)$/.exec(line)?.[1] ?? []);
    expect(lines.length).toBe(3);
    await here.run(lines.join("\n"), { CI_JOB_NAME: "unit tests: [a, b]", CI_JOB_STATUS: "failed" });
    expect(here.marks()).toEqual(["step-start unit tests: [a, b]", "step-end unit tests: [a, b] failure"]);
    expect(here.control.flushes).toBe(1);
  });

  test("Buildkite's two hooks", async () => {
    await using here = await machine();
    await here.run(PRE_COMMAND, { BUILDKITE_LABEL: ":hammer: build" });
    await here.run(PRE_EXIT, { BUILDKITE_LABEL: ":hammer: build", BUILDKITE_COMMAND_EXIT_STATUS: "1" });
    expect(here.marks()).toEqual(["step-start :hammer: build", "step-end :hammer: build failure"]);
    expect(here.control.flushes).toBe(1);
  });

  test("what has run", async () => {
    await using here = await machine();
    here.control.seen = { jobs: [] };
    const printed = await here.run(JOBS);
    expect(printed).toBe(`${JSON.stringify({ jobs: [] }, undefined, 2)}\n`.repeat(2));
  });
});
