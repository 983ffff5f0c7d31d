/**
 * Variables by which the runtime inside the executable can be steered before the first line of ours. The compiled
 * executable must start as if they were not there: it is a program, not a Bun that runs one.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdir, readlink, writeFile } from "node:fs/promises";
import { version } from "../../package.json";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { numberAt } from "../support/json.ts";
import { TempDir } from "../support/temp-dir.ts";
import { WarpbuildApi } from "../support/warpbuild-api.ts";

setDefaultTimeout(30_000);

const agentOnly = needs("executable");
const title = agentOnly.title("a start with variables of the runtime");
/** Longer than any start: one that waits for a debugger would wait for ever. */
const END_MAX_MS = 5000;

/** What each variable did to the executable before it was deaf to it. */
const NASTY: readonly (readonly [did: string, name: string, value: (evil: string, port: number) => string])[] = [
  ["ran a file of its own first", "BUN_OPTIONS", (evil) => `--preload ${evil}`],
  ["did not start", "BUN_OPTIONS", () => "-1"],
  ["was the command line of Bun", "BUN_BE_BUN", () => "1"],
  ["opened the port of a debugger", "BUN_INSPECT", (_, port) => `127.0.0.1:${port}`],
  ["waited for a debugger", "BUN_INSPECT", (evil) => `unix://${evil}.socket?break=1`],
  ["did not start", "BUN_INSPECT", () => ":::nonsense"],
  ["connected to a debugger", "BUN_INSPECT_CONNECT_TO", (_, port) => `127.0.0.1:${port}`],
  ["ran a file of its own first", "BUN_INSPECT_PRELOAD", (evil) => evil],
  ["told a debugger", "BUN_INSPECT_NOTIFY", (evil) => `unix://${evil}.notify`],
  ["ended at once", "BUN_JSC_noSuchOption", () => "1"],
  ["ended at once", "BUN_JSC_maxPerThreadStackUsage", () => "1"],
  ["printed the options of its engine", "BUN_JSC_dumpOptions", () => "3"],
  ["crashed", "JSC_SIGNAL_FOR_GC", () => "0"],
  ["printed a warning", "WTF_numberOfProcessorCores", () => "none"],
  ["crashed", "MIMALLOC_DISALLOW_OS_ALLOC", () => "1"],
  ["printed the options of its allocator", "mimalloc_verbose", () => "1"],
  ["wrote a file", "BUN_BYTECODE_ORDER_OUT", (evil) => `${evil}.order`],
  ["wrote a file", "BUN_BYTECODE_DIGEST_OUT", (evil) => `${evil}.digest`],
  ["printed a warning", "NODE_CHANNEL_FD", () => "none"],
  ["ran a file of its own first", "NODE_OPTIONS", (evil) => `--require ${evil}`],
];

/** A file that leaves a trace when it is run. */
async function evilFile(directory: TempDir): Promise<string> {
  const evil = directory.file("evil.js");
  await writeFile(evil, `require("node:fs").writeFileSync(${JSON.stringify(`${evil}.ran`)}, "");`);
  return evil;
}

describe.skipIf(agentOnly.missing || process.platform !== "linux")(title, () => {
  test.each(NASTY)("that %s: %s", async (_, name, value) => {
    await using directory = await TempDir.create("start");
    const evil = await evilFile(directory);
    const environment = { PATH: process.env["PATH"] ?? "", [name]: value(evil, await freePort()) };
    await using child = new Child([built("executable"), "--version"], { environment, directory: directory.path });
    const end = await child.ended(END_MAX_MS);
    expect([end.code, child.output]).toEqual([0, `${version}\n`]);
    expect(await readdir(directory.path)).toEqual(["evil.js"]);
  });

  test("that steer it while it runs: it listens on its own port only, and prints no request", async () => {
    await using directory = await TempDir.create("start");
    await using base = await TempDir.create("base");
    await using api = new WarpbuildApi({ presign: () => "http://127.0.0.1:9/none" });
    const evil = await evilFile(directory);
    await using agent = await Agent.start({
      executable: built("executable"),
      baseDirectory: base.path,
      directory: directory.path,
      flags: ["--no-collector"],
      environment: {
        BUN_INSPECT: `127.0.0.1:${await freePort()}`,
        BUN_INSPECT_PRELOAD: evil,
        // It printed each request as a command line for curl, X-POLLING-SECRET and all.
        BUN_CONFIG_VERBOSE_FETCH: "curl",
        WARP_TELEMETRY_AGENT_ID: api.id,
        WARP_TELEMETRY_AGENT_POLLING_SECRET: api.secret,
        WARP_TELEMETRY_AGENT_HOST_URL: api.hostUrl,
      },
    });
    await eventually("the API's answer", () => api.requests.some(({ status }) => status === 200));
    expect(await listeningSockets(agent.pid)).toBe(1);
    const end = await agent.stop();
    expect(end.code, end.log).toBe(0);
    expect(end.log).not.toContain(api.secret);
    expect(end.log.split("\n").filter((line) => !/^\S+Z (INFO|WARN) |^$/.test(line))).toEqual([]);
    expect(await readdir(directory.path)).toEqual(["evil.js"]);
  });

  test("the collector gets none of them, and names that only begin alike stay", async () => {
    await using directory = await TempDir.create("start");
    await using base = await TempDir.create("base");
    const collector = directory.file("otelcol");
    await writeFile(collector, "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 });
    const ours = {
      BUN: "1",
      BUNDLE: "2",
      A_BUN_: "3",
      JSC: "4",
      MIMALLOC: "5",
      NODE_EXTRA_CA_CERTS: "/6",
      NODE_ENV: "7",
    };
    const theirs = { BUN_OPTIONS: "--smol", NODE_OPTIONS: "--inspect", MIMALLOC_VERBOSE: "0" };
    const names = Object.keys({ ...ours, ...theirs });
    await using agent = await Agent.start({
      executable: built("executable"),
      baseDirectory: base.path,
      flags: ["--collector-path", collector, ...names.flatMap((name) => ["--collector-environment", name])],
      environment: { ...ours, ...theirs },
    });
    const environment = await eventually("the collector's environment", async () => {
      const pid = numberAt(await agent.stats(), "collector", "pid");
      // What starts it has the environment as well, and becomes it.
      if ((await Bun.file(`/proc/${pid}/comm`).text()).trim() !== "sleep") return undefined;
      return await Bun.file(`/proc/${pid}/environ`).text();
    });
    await agent.stop();
    expect(environment.split("\0")).toEqual(expect.arrayContaining(Object.entries(ours).map((pair) => pair.join("="))));
    expect(environment).not.toMatch(/BUN_OPTIONS|NODE_OPTIONS|MIMALLOC_VERBOSE/);
  });
});

/** Sockets that a process listens on: TCP of both families, and named ones of the file system. */
async function listeningSockets(pid: number): Promise<number> {
  const fds = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
  const own = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const LISTEN = "0A";
  const tables = await Promise.all(
    ["tcp", "tcp6", "unix"].map((table) => Bun.file(`/proc/${pid}/net/${table}`).text()),
  );
  const [tcp = "", tcp6 = "", unix = ""] = tables;
  const internet = [tcp, tcp6].flatMap((table) => table.split("\n").map((line) => line.trim().split(/\s+/)));
  const listening = internet.filter((fields) => fields[3] === LISTEN).map((fields) => fields[9] ?? "");
  const named = unix
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 7);
  return [...listening, ...named.map((fields) => fields[6] ?? "")].filter((inode) => own.has(inode)).length;
}
