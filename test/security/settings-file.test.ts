/** A settings file that is no file, or that a job can write or read, before an agent of root. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, chown, exists, symlink, writeFile } from "node:fs/promises";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(30_000);

const agentOnly = needs("executable");
const job = needsJob();
/** It must not wait for something that never comes. */
const END_MAX_MS = 5000;

/** The agent with the settings file `settings`, not waited for. */
function spawn(base: TempDir, settings: string, flags: readonly string[] = []): Promise<Agent> {
  return Agent.spawn({
    executable: built("executable"),
    baseDirectory: base.file("data"),
    flags: ["--settings", settings, ...flags],
    environment: { WARP_TELEMETRY_DESTINATION: "discard:" },
  });
}

describe.skipIf(agentOnly.missing || process.platform === "win32")(
  agentOnly.title("a settings file that is none"),
  () => {
    test.each<[string, (path: string) => Promise<unknown>, RegExp]>([
      ["a named pipe", (path) => makePipe(path), /a named pipe, wanted a regular file/],
      ["a device", (path) => symlink("/dev/zero", path), /a device, wanted a regular file/],
      ["a folder", (path) => symlink("/", path), /a folder, wanted a regular file/],
    ])("is an error at once: %s", async (_, make, message) => {
      await using base = await TempDir.create("base");
      await make(base.file("settings.json"));
      await using agent = await spawn(base, base.file("settings.json"));
      const end = await agent.ended(END_MAX_MS);
      expect([end.code, end.log]).toEqual([2, expect.stringMatching(message)]);
    });

    test("is an error at once, too, when it appears while it is waited for", async () => {
      await using base = await TempDir.create("base");
      await using agent = await spawn(base, base.file("settings.json"));
      await agent.said(/Waiting for the settings file/);
      await makePipe(base.file("settings.json"));
      const end = await agent.ended(END_MAX_MS);
      expect([end.code, end.log]).toEqual([2, expect.stringMatching(/a named pipe/)]);
    });
  },
);

describe.skipIf(agentOnly.missing || job.missing)(job.title("a settings file that a job can change"), () => {
  test("gets one warning, with the command that mends it", async () => {
    await using base = await TempDir.create("base");
    const settings = base.file("settings.json");
    const agentSection = { id: "r", polling_secret: "secret-of-the-runner", host_url: "http://127.0.0.1:9" };
    await writeFile(settings, JSON.stringify({ agent: agentSection, telemetry: { destination: "discard:" } }));
    await chmod(settings, 0o666);
    await using agent = await spawn(base, settings, ["--no-collector"]);
    await agent.listening();
    const { log } = await agent.stop();
    const warnings = log.split("\n").filter((line) => line.includes("settings file"));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("WARN  config: Others can change and read the secret in the settings file");
    expect(warnings[0]).toContain(`path="${settings}" owner="uid 0" mode="0666"`);
    expect(warnings[0]).toContain("chmod go-w");
    expect(log).not.toContain("secret-of-the-runner");
  });

  test.each(["path", "config"])("names no collector.%s: exit 2, and nothing of it runs", async (key) => {
    await using base = await TempDir.create("base");
    await chmod(base.path, 0o755);
    const settings = base.file("settings.json");
    const evil = base.file("evil");
    await writeFile(evil, `#!/bin/sh\ntouch ${evil}.ran\n`, { mode: 0o755 });
    await writeFile(settings, JSON.stringify({ telemetry: { collector: { [key]: key === "path" ? evil : [evil] } } }));
    await chown(settings, JOB_UID, JOB_UID);
    await using agent = await spawn(base, settings);
    const end = await agent.ended(END_MAX_MS);
    expect(end.code, end.log).toBe(2);
    expect(end.log).toContain(`Cannot use telemetry.collector.${key} from settings file ${settings}: ${evil}, wanted`);
    expect(end.log).toContain(`"${settings}" belongs to uid ${JOB_UID}, root wanted; run: chown -h root "${settings}"`);
    expect(await exists(`${evil}.ran`)).toBe(false);
  });

  test.each<[string, string | string[]]>([
    ["user", "root"],
    ["syslog_path", "/etc/shadow"],
    ["diag_globs", ["/root/*.log"]],
    ["environment", ["AWS_SECRET_ACCESS_KEY"]],
  ])("chooses no collector.%s, by which the job would get what is root's: exit 2", async (key, value) => {
    await using base = await TempDir.create("base");
    const settings = base.file("settings.json");
    await writeFile(settings, JSON.stringify({ telemetry: { collector: { [key]: value } } }));
    await chown(settings, JOB_UID, JOB_UID);
    await using agent = await spawn(base, settings);
    const end = await agent.ended(END_MAX_MS);
    expect(end.code, end.log).toBe(2);
    expect(end.log).toContain(`Cannot use telemetry.collector.${key} from settings file ${settings}`);
  });
});

const title = agentOnly.title("no core file holds what the agent knows");
test.skipIf(agentOnly.missing || process.platform !== "linux")(title, async () => {
  await using base = await TempDir.create("base");
  await using agent = await Agent.start({
    executable: built("executable"),
    baseDirectory: base.file("data"),
    launcher: ["sh", "-c", 'ulimit -c unlimited; exec "$0" "$@"'],
    flags: ["--no-collector", "--destination", "discard:"],
  });
  expect(await Bun.file(`/proc/${agent.pid}/limits`).text()).toMatch(/^Max core file size +0 +0 /m);
  await agent.stop();
});

async function makePipe(path: string): Promise<void> {
  expect(await Bun.spawn(["mkfifo", path]).exited).toBe(0);
}
