/** The summary of a job: the compiled program, the real agent, a runner with its hook, and what was stored of it. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { Played, playedJob } from "../report/played.ts";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { codeBlocks } from "../support/code-blocks.ts";
import { ControlServer, ControlStandIn } from "../support/control-server.ts";
import { eventually } from "../support/eventually.ts";
import { arrayAt, numberAt, valueAt } from "../support/json.ts";
import { MemoryLimit } from "../support/memory-limit.ts";
import { HOG, missingKills } from "../support/oom-kills.ts";
import { expectWithin, quickly } from "../support/pace.ts";
import { runnerJob } from "../support/runner-job.ts";
import { StandInRunner } from "../support/stand-in-runner.ts";
import { agentOptions } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const MIB = 2 ** 20;
const HOSTILE = "Test | `x` <script>alert(1)</script> @octocat";
const executable = needs("executable");
const isLinux = process.platform === "linux";
const noKills = missingKills();

interface Run {
  readonly code: number | undefined;
  readonly output: string;
  readonly ms: number;
}

async function run(command: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Run> {
  const beganAtMs = performance.now();
  await using child = new Child(command, { environment: { PATH: process.env["PATH"] ?? "", ...environment } });
  const { code } = await child.ended(20_000);
  return { code, output: child.output, ms: performance.now() - beganAtMs };
}

/** A folder with the scripts of `hooks` for an agent at `port`, and an empty file for the summary. */
async function scripts(port: number, ...flags: readonly string[]): Promise<TempDir> {
  const folder = await TempDir.create("summary");
  const { code, output } = await run([
    built("executable"),
    "hooks",
    folder.file("hooks"),
    "--port",
    String(port),
    ...flags,
  ]);
  expect(code, output).toBe(0);
  writeFileSync(folder.file("summary"), "");
  return folder;
}

async function completed(folder: TempDir, environment: Readonly<Record<string, string>> = {}): Promise<Run> {
  const variables = { GITHUB_RUN_ID: "7210000001", GITHUB_STEP_SUMMARY: folder.file("summary"), ...environment };
  return run(["sh", "-e", folder.file("hooks", "job-completed.sh")], variables);
}

describe.skipIf(executable.missing || !isLinux)(executable.title("a job's summary"), () => {
  test("is what its steps used, in its hook, in a step, and from what was stored", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const diag = base.file("_diag");
    using runner = new StandInRunner({ diag, uploadEveryMs: 200 });
    const reading = ["--collector-diag-glob", `${diag}/**/*.log`, "--collector-path", base.file("no-collector")];
    const flags = ["--push-frequency", "1s", "--price-per-minute", "0.5 USD", ...reading];
    await using agent = await Agent.start(agentOptions(store, base, flags));
    await using folder = await scripts(agent.port, "--summary");
    const command = [built("executable"), "summary", "--port", String(agent.port)];
    const before = await run(command);
    expect(before).toMatchObject({ code: 1, output: expect.stringContaining("has seen no such job in this run") });

    const job = runner.begin(runnerJob({ steps: ["Compile", HOSTILE] }));
    const compile = job.step("Compile");
    await using busy = new Child(["sh", "-c", "while :; do :; done"]);
    const asked = async (): Promise<unknown> => {
      const { code, output } = await run([...command, "--format", "json"]);
      return code === 0 ? JSON.parse(output) : {};
    };
    await eventually("a busy core in the summary", async () => {
      const figures = valueAt(await asked(), "run", "figures", "cpu_busiest") ?? {};
      return Number(valueAt(figures, "peak_share")) > 0.5;
    });
    busy.signal("SIGKILL");
    compile.end();
    const second = job.step(HOSTILE);
    if (noKills === undefined) {
      using limit = MemoryLimit.create(24 * MIB);
      await using hog = new Child([...limit.launcher, ...HOG]);
      await hog.ended(10_000);
    }
    second.end("failed", "3 is not 4");
    await eventually("both steps", async () => {
      const told = await asked();
      const events = arrayAt(told, "events").length;
      return numberAt(told, "failed_steps") === 1 && (noKills !== undefined || events > 0);
    });

    expect(await completed(folder)).toMatchObject({ code: 0, output: "" });
    const markdown = readFileSync(folder.file("summary"), "utf8");
    expect(markdown).toStartWith("<h3>▶ <code>build (ubuntu, 3)</code> is running, 1 step failed so far</h3>\n");
    expect(markdown).toContain(
      "<code>acme/widgets</code>, <code>CI</code>, run <code>7210000001</code>, attempt <code>2</code>",
    );
    expect(markdown).toMatch(/Cost: \d\.\d+ USD, at 0\.50 USD a minute\./);
    expect(markdown).toContain("<td><code>Compile</code></td><td>succeeded</td>");
    expect(markdown).toContain(
      "<code>Test | `x` &lt;script&gt;alert(1)&lt;/script&gt; @octocat</code></td><td>failed</td>",
    );
    expect(markdown).toMatch(/<tr><td>CPU,&nbsp;of&nbsp;[\d.]+&nbsp;cores?<\/td><td align="right">\d/);
    expect(markdown).toMatch(/<tr><td>memory,&nbsp;of&nbsp;[^<]+<\/td><td align="right">[\d.]+&nbsp;[GM]iB/);
    expect(markdown).toMatch(/<pre>CPU +[ ▁▂▃▄▅▆▇█]+ mean \d/);
    if (noKills === undefined) {
      expect(markdown).toContain("The kernel killed once for memory: a smaller limit than the machine");
      expect(markdown).toMatch(/UTC, after [^<]+<code>oom kill: The kernel killed a process for memory/);
    }

    const step = await run(["sh", "-c", `"$@" >> '${folder.file("summary")}'`, "sh", ...command]);
    expect(step).toMatchObject({ code: 0, output: "" });
    expect(readFileSync(folder.file("summary"), "utf8").split("<h3>").length).toBe(3);

    job.end("Failed");
    await eventually("the end of the job", async () => valueAt(await asked(), "run", "result") === "failure");
    await expectStop(agent);
    const stored = await run([built("executable"), "summary", "--runs", store.folder, "--format", "json"]);
    expect(stored.code, stored.output).toBe(0);
    const [group] = arrayAt(JSON.parse(stored.output), "jobs");
    expect(group).toMatchObject({
      repository: "acme/widgets",
      workflow: "CI",
      job: "build (ubuntu, 3)",
      advice: { verdict: "too_few_runs" },
      runs: [{ run_id: "7210000001", result: "failure" }],
    });
    expect(numberAt(arrayAt(group, "runs")[0], "figures", "cpu_busiest", "peak_share")).toBeGreaterThan(0.5);
    if (noKills === undefined) expect(numberAt(arrayAt(group, "runs")[0], "oom_kills")).toBeGreaterThan(0);
  });
});

describe.skipIf(executable.missing)(executable.title("the page about the summary"), () => {
  test("has commands that work as they are printed", async () => {
    const page = "src/help/summaries.md";
    const [commands = "", hooks = ""] = codeBlocks(page, "bash");
    const [step = ""] = /(?<=run: ).*/.exec(codeBlocks(page, "yaml")[0] ?? "") ?? [];
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(agentOptions(store, base, ["--no-collector"]));
    await using image = await TempDir.create("summary-page");
    for (const path of ["usr/local/lib/warp-telemetry", "bin"]) mkdirSync(image.file(path), { recursive: true });
    for (const path of ["usr/local/lib/warp-telemetry", "bin"]) {
      symlinkSync(built("executable"), image.file(path, "warp-telemetry"));
    }
    new Played(image.file("objects")).job(playedJob());
    const type = (script: string): Promise<Run> =>
      run(
        [
          "sh",
          "-c",
          script.replace("s3://bucket/prefix", image.file("objects")).replaceAll("/usr/", `${image.path}/usr/`),
        ],
        {
          PATH: `${image.file("bin")}:${process.env["PATH"] ?? ""}`,
          WARP_TELEMETRY_PORT: String(agent.port),
          GITHUB_STEP_SUMMARY: image.file("step"),
        },
      );
    expect(await type(step)).toMatchObject({ code: 0, output: expect.stringContaining("has seen no such job") });
    await type("warp-telemetry mark start compile");
    const { code, output } = await type(commands);
    expect(code, output).toBe(0);
    expect(output).toContain("<code>compile</code>");
    expect(output).toContain("<code>build</code>: facts only");
    expect(await type(step)).toMatchObject({ code: 0, output: "" });
    expect(readFileSync(image.file("step"), "utf8")).toContain("<code>compile</code>");
    expect((await type(hooks)).output).toContain("ACTIONS_RUNNER_HOOK_JOB_COMPLETED=");
    await expectStop(agent);
  });
});

describe.skipIf(executable.missing)(executable.title("a hook with --summary"), () => {
  test(
    "fails no job when there is no history, no file, a full one, or none that may be written",
    quickly(async () => {
      const standIn = new ControlStandIn();
      // It keeps no history: the answer is 404.
      await using server = await ControlServer.start({ control: { control: standIn } });
      await using folder = await scripts(server.port, "--summary");
      const environments = [
        {},
        { GITHUB_STEP_SUMMARY: "" },
        { GITHUB_STEP_SUMMARY: folder.file("missing") },
        { GITHUB_STEP_SUMMARY: "/dev/full" },
      ];
      for (const environment of environments) {
        const { code, ms, output } = await completed(folder, environment);
        expect(code, output).toBe(0);
        expectWithin("the script", ms, 5000);
        expect(output).toMatch(
          environment.GITHUB_STEP_SUMMARY === "" ? /^$/ : /^warp-telemetry: the job goes on, \P{Cc}+\n$/u,
        );
      }
      expect(standIn.flushes).toBe(environments.length);
      expect(statSync(folder.file("summary")).size).toBe(0);
    }),
  );

  test("writes none without the flag, and none that would make the file too large for the runner", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(agentOptions(store, base, ["--no-collector"]));
    await run([built("executable"), "mark", "start", "compile", "--port", String(agent.port)]);
    await using without = await scripts(agent.port);
    await using asked = await scripts(agent.port, "--summary");
    expect(await completed(without)).toMatchObject({ code: 0, output: "" });
    expect(statSync(without.file("summary")).size).toBe(0);
    truncateSync(asked.file("summary"), MIB);
    const { code, output } = await completed(asked);
    expect(code).toBe(0);
    expect(output).toContain("Cannot write GITHUB_STEP_SUMMARY: it would have ");
    expect(statSync(asked.file("summary")).size).toBe(MIB);
    truncateSync(asked.file("summary"), 1000);
    expect(await completed(asked)).toMatchObject({ code: 0, output: "" });
    expect(readFileSync(asked.file("summary"), "utf8")).toContain("<code>compile</code>");
    await expectStop(agent);
  });
});
