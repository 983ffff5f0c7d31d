/** The compiled program and the scripts that it writes, as GitHub's runner starts them, against an agent's control. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { shellScript } from "../../src/cli/hook-scripts.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { ControlServer, ControlStandIn } from "../support/control-server.ts";
import { freePort } from "../support/free-port.ts";
import { readGithubEnv } from "../support/github-env.ts";
import { listening } from "../support/listening.ts";
import { expectWithin, quickly } from "../support/pace.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(30_000);

const agentOnly = needs("executable");
const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;
const hasSetpriv = Bun.which("setpriv") !== null;
/** As the runner starts a hook, and as a machine without bash does. */
const SHELLS = [
  ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"],
  ["dash", "-e"],
].filter(([name = ""]) => Bun.which(name) !== null);
const HOSTILE = "a\"b'c`reboot`$(reboot)\nPATH=/evil\r\n::error::x\u001b[2J\u202e";
const JOB = {
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "octo/app",
  GITHUB_RUN_ID: "7",
  GITHUB_RUN_ATTEMPT: "1",
  GITHUB_WORKFLOW: HOSTILE,
  GITHUB_JOB: HOSTILE,
  ACTIONS_RUNTIME_TOKEN: "s3cret",
};

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

interface Hook {
  readonly code: number | undefined;
  readonly ms: number;
  readonly output: string;
}

/** A folder with both scripts of an agent at `port`. */
async function scripts(port: number, ...flags: readonly string[]): Promise<TempDir> {
  const folder = await TempDir.create("hooks");
  const { code, output } = await program(["hooks", folder.file("hooks"), "--port", String(port), ...flags]);
  expect(code, output).toBe(0);
  writeFileSync(folder.file("env"), "");
  return folder;
}

async function program(args: readonly string[], launcher: readonly string[] = []): Promise<Hook> {
  return timed([...launcher, built("executable"), ...args], {});
}

async function hook(
  folder: TempDir,
  moment: string,
  shell: readonly string[],
  change: Readonly<Record<string, string>> = {},
): Promise<Hook> {
  const environment = { ...JOB, GITHUB_ENV: folder.file("env"), ...change };
  const run = await timed([...shell, folder.file("hooks", `job-${moment}.sh`)], environment);
  expect(run.output).not.toContain("s3cret");
  return run;
}

async function timed(command: readonly string[], environment: Readonly<Record<string, string>>): Promise<Hook> {
  const beganAtMs = performance.now();
  await using child = new Child(command, { environment: { PATH: process.env["PATH"] ?? "", ...environment } });
  const { code } = await child.ended(20_000);
  return { code, ms: performance.now() - beganAtMs, output: child.output };
}

describe.concurrent.skipIf(agentOnly.missing)(agentOnly.title("hooks"), () => {
  test.each(SHELLS.map((shell) => [shell[0] ?? "", shell] as const))(
    "under %s: a job with hostile names is told, exported, flushed, and nothing is printed",
    async (_, shell) => {
      const standIn = new ControlStandIn();
      await using server = await ControlServer.start({ control: { control: standIn } });
      await using folder = await scripts(server.port, "--export-otel");
      expect(await hook(folder, "started", shell)).toMatchObject({ code: 0, output: "" });
      const exported = readGithubEnv(readFileSync(folder.file("env"), "utf8"));
      expect([...exported.keys()]).toEqual([
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "TRACEPARENT",
        "OTEL_RESOURCE_ATTRIBUTES",
      ]);
      expect(exported.get("OTEL_EXPORTER_OTLP_ENDPOINT")).toBe(server.origin);
      expect(exported.get("OTEL_RESOURCE_ATTRIBUTES")).toContain(encodeURIComponent(HOSTILE));

      expect(await hook(folder, "completed", shell)).toMatchObject({ code: 0, output: "" });
      expect(standIn.flushes).toBe(1);
      expect(standIn.marks).toEqual([
        {
          kind: "job-start",
          name: HOSTILE,
          source: "hook",
          atMs: expect.any(Number),
          attributes: expect.objectContaining({ "cicd.pipeline.run.id": "7", "cicd.pipeline.name": HOSTILE }),
        },
        { kind: "job-end", name: HOSTILE, source: "hook", atMs: expect.any(Number) },
      ]);
      expect(JSON.stringify(standIn.marks)).not.toContain("s3cret");
    },
  );

  test("nothing is exported without the flag, into containers, or for an agent that keeps no jobs", async () => {
    const standIn = new ControlStandIn();
    await using server = await ControlServer.start({ control: { control: standIn } });
    await using none = await ControlServer.start({});
    const [shell = []] = SHELLS;
    await using without = await scripts(server.port);
    await using exporting = await scripts(server.port, "--export-otel");
    await using refused = await scripts(none.port, "--export-otel");
    standIn.answer = { isInContainer: true };
    const runs = [
      await hook(without, "started", shell),
      await hook(exporting, "started", shell),
      await hook(exporting, "started", shell, { ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER: "true" }),
      await hook(refused, "started", shell),
    ];
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(runs[3]?.output).toContain("keeps no jobs");
    for (const folder of [without, exporting, refused]) expect(readFileSync(folder.file("env"), "utf8")).toBe("");
  });

  test.each([
    ["is gone", gone],
    ["hangs: it takes the connection and never answers", hanging],
    ["answers a byte at a time, without end", dripping],
    ["is another program, which answers garbage", garbage],
  ])(
    "when the agent %s, both end with 0 within 5 s and one line",
    quickly(async (_, make) => {
      await using folder = await scripts(await make(), "--export-otel");
      const runs = await Promise.all(
        SHELLS.flatMap((shell) => [hook(folder, "started", shell), hook(folder, "completed", shell)]),
      );
      for (const { code, ms, output } of runs) {
        expect(code).toBe(0);
        expectWithin("the script", ms, 5000);
        expect(output).toMatch(/^warp-telemetry: the job goes on, \P{Cc}+\n$/u);
      }
      expect(readFileSync(folder.file("env"), "utf8")).toBe("");
    }),
  );

  test(
    "when the agent is slow to flush, the job waits some 2 s",
    quickly(async () => {
      const standIn = new ControlStandIn();
      standIn.flushMs = 60_000;
      await using server = await ControlServer.start({ control: { control: standIn } });
      await using folder = await scripts(server.port);
      const { code, ms, output } = await hook(folder, "completed", SHELLS[0] ?? []);
      expect(code).toBe(0);
      expectWithin("the script", ms, 5000);
      expect(output).toContain("7 lines are not delivered yet");
    }),
  );

  test(
    "a program that is gone, a GITHUB_ENV that cannot be used and a wrong configuration fail no job",
    quickly(async () => {
      const standIn = new ControlStandIn();
      await using server = await ControlServer.start({ control: { control: standIn } });
      const [shell = []] = SHELLS;
      await using folder = await scripts(server.port, "--export-otel");
      mkdirSync(folder.file("folder"));
      const environments = [
        { GITHUB_ENV: folder.file("missing") },
        { GITHUB_ENV: folder.file("folder") },
        { GITHUB_ENV: "/dev/full" },
        { WARP_TELEMETRY_PUSH_FREQUENCY: "often" },
        { WARP_TELEMETRY_SETTINGS: "/dev/zero" },
      ];
      for (const environment of environments) {
        const { code, ms, output } = await hook(folder, "started", shell, environment);
        expect(code, output).toBe(0);
        expectWithin("the script", ms, 5000);
      }
      expect(await hook(folder, "started", shell, { GITHUB_ENV: "" })).toMatchObject({ code: 0, output: "" });

      const script = folder.file("hooks", "job-started.sh");
      writeFileSync(script, readFileSync(script, "utf8").replace(built("executable"), "/nowhere/warp-telemetry"));
      expect(await hook(folder, "started", shell)).toMatchObject({
        code: 0,
        output: "warp-telemetry: the job goes on without telemetry: its program is not there\n",
      });
    }),
  );

  test(
    "a program that hangs and hears no signal is ended within 5 s, in every shell",
    quickly(async () => {
      await using folder = await TempDir.create("hangs");
      const path = folder.file("program");
      writeFileSync(path, '#!/bin/sh\ntrap "" TERM HUP INT\nexec sleep 60\n', { mode: 0o755 });
      writeFileSync(folder.file("script"), shellScript({ moment: "started", program: path, args: [] }));
      for (const { code, ms } of await Promise.all(
        SHELLS.map((shell) => timed([...shell, folder.file("script")], {})),
      )) {
        expect(code).toBe(0);
        expectWithin("the script", ms, 5000);
        expect(ms).toBeGreaterThan(3900);
      }
    }),
  );

  test.skipIf(!isRoot || !hasSetpriv)("another user may mark and flush, and not see the jobs", async () => {
    const standIn = new ControlStandIn();
    standIn.seen = { jobs: [{ name: "secret plan" }] };
    await using server = await ControlServer.start({ control: { control: standIn, readerUids: () => [NOBODY - 1] } });
    const port = ["--port", String(server.port)];
    expect((await program(["mark", "start", "x", ...port], as(NOBODY))).code).toBe(0);
    expect((await program(["flush", ...port], as(NOBODY))).output).toBe("Everything is delivered\n");
    const refused = await program(["jobs", ...port], as(NOBODY));
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(`uid ${NOBODY} asks; ask as root or as the runner's user`);
    expect((await program(["jobs", ...port], as(NOBODY - 1))).output).toContain("secret plan");
    expect(standIn.marks.length).toBe(1);
  });

  test(
    "flush and mark end within their wait and a second when the agent hangs",
    quickly(async () => {
      const port = ["--port", String(await hanging())];
      const [flush, mark] = await Promise.all([
        program(["flush", "--wait", "1s", ...port]),
        program(["mark", "start", "x", ...port]),
      ]);
      expect([flush?.code, mark?.code]).toEqual([0, 0]);
      expectWithin("flush", flush?.ms ?? 0, 2000);
      expectWithin("mark", mark?.ms ?? 0, 3000);
    }),
  );
});

/** A server that answers each connection with what `answer` writes; the function that it may return ends that. */
async function scripted(answer: (write: (text: string) => void) => unknown): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    const stop = answer((text) => socket.write(text));
    socket.on("close", () => typeof stop === "function" && stop());
  });
  servers.push(server);
  return listening(server);
}

async function gone(): Promise<number> {
  return freePort();
}

async function hanging(): Promise<number> {
  return scripted(() => {});
}

async function dripping(): Promise<number> {
  return scripted((write) => {
    write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const timer = setInterval(() => write("1\r\n \r\n"), 100);
    return () => clearInterval(timer);
  });
}

async function garbage(): Promise<number> {
  return scripted((write) => write("\u0000\u001b[2J\n".repeat(1000)));
}

function as(uid: number): string[] {
  return ["setpriv", `--reuid=${uid}`, "--clear-groups"];
}
