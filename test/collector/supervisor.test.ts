import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readlinkSync, realpathSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { CollectorOptions } from "../../src/collector/options.ts";
import type { SupervisorTiming } from "../../src/collector/supervisor-timing.ts";
import { CollectorSupervisor } from "../../src/collector/supervisor.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { eventually } from "../support/eventually.ts";
import { isAlive } from "../support/is-alive.ts";
import { TempDir } from "../support/temp-dir.ts";
import { loopTurns } from "../support/turns.ts";
import { fakeProgram, optionsIn, OUTPUT_MAX_BYTES } from "./support.ts";
import type { FakeMode } from "../support/fake-collector.ts";

/** Restarts at once: the delays themselves are tested in restart-policy.test.ts. */
const QUICK: Partial<SupervisorTiming> = {
  lastReadMaxMs: 0,
  initialDelayMs: 1,
  maxDelayMs: 1,
  crashLoopDelayMs: 20,
  lookAgainMs: 20,
};
const START_MAX_MS = 4000;
/** A test ends as failed before it. */
const LONGER_THAN_A_TEST_MS = 60_000;
const onPosix = describe.skipIf(process.platform === "win32");

const running: CollectorSupervisor[] = [];
let log: string[] = [];
beforeEach(() => {
  log = captureLog();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((supervisor) => supervisor.stop(100)));
  releaseLog();
});

function supervise(options: CollectorOptions, timing: Partial<SupervisorTiming> = QUICK): CollectorSupervisor {
  const supervisor = new CollectorSupervisor(options, timing);
  running.push(supervisor);
  return supervisor;
}

async function superviseFake(folder: string, mode: FakeMode, timing = QUICK): Promise<CollectorSupervisor> {
  writeFileSync(join(folder, "syslog"), "");
  const supervisor = supervise(optionsIn(folder, { path: fakeProgram(folder, mode) }), timing);
  await supervisor.start();
  return supervisor;
}

function stateOf(supervisor: CollectorSupervisor): unknown {
  return supervisor.stats().state;
}

/** What the collectors of this test have written: it is in the log only. */
function output(): string {
  return log
    .filter((line) => line.includes("Output of the collector"))
    .map((line) => String(JSON.parse(/line=(".*")$/.exec(line)?.[1] ?? '""')))
    .join("\n");
}

function groupOf(pid: number): number {
  return Number(Bun.spawnSync(["ps", "-o", "pgid=", "-p", String(pid)]).stdout.toString());
}

async function untilRunning(supervisor: CollectorSupervisor): Promise<number> {
  await eventually("the collector to be ready", () => stateOf(supervisor) === "running", { timeoutMs: START_MAX_MS });
  return Number(supervisor.stats().pid);
}

onPosix("CollectorSupervisor", () => {
  test("runs the program, tells its version and process, and is healthy once it says it is ready", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "obeys");
    const pid = await untilRunning(supervisor);
    expect(supervisor.health()).toEqual({ status: "healthy" });
    expect(supervisor.stats()).toMatchObject({ version: "0.0.1-fake", restarts: 0, last_exit: null });
    expect(isAlive(pid)).toBe(true);
  });

  test("stop() ends a collector that obeys, within its grace, and calls that no crash", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "obeys");
    const pid = await untilRunning(supervisor);
    await supervisor.stop(5000);
    expect(isAlive(pid)).toBe(false);
    expect(supervisor.stats()).toMatchObject({ state: "stopped", restarts: 0, last_exit: null });
    expect(output()).toContain("Received signal");
  });

  test("stop() kills a collector that ignores SIGTERM when the timeout is over", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "ignores-sigterm");
    const pid = await untilRunning(supervisor);
    await supervisor.stop(200);
    expect(isAlive(pid)).toBe(false);
    expect(output()).toContain("Received signal");
  });

  test("stop() lets a collector that takes its time end by itself", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "obeys-late");
    const pid = await untilRunning(supervisor);
    await supervisor.stop(LONGER_THAN_A_TEST_MS);
    expect(isAlive(pid)).toBe(false);
    expect(output()).toContain("Shutdown complete");
  });

  test("stop() is safe before start and twice, and start() after it starts nothing", async () => {
    using folder = new TempDir("collector");
    const supervisor = supervise(optionsIn(folder.path, { path: fakeProgram(folder.path, "obeys") }));
    await Promise.all([supervisor.stop(50), supervisor.stop(50)]);
    await supervisor.start();
    expect(supervisor.stats()).toMatchObject({ state: "stopped", program: null, pid: null });
  });

  test("stop() right after start() leaves no child", async () => {
    using folder = new TempDir("collector");
    const moments: Record<string, (supervisor: CollectorSupervisor) => unknown> = {
      "at once": () => true,
      "a turn later": () => loopTurns(),
      "with a process": (supervisor) => supervisor.stats().pid !== null,
      "after its first words": (supervisor) => supervisor.stats().output_lines > 0,
      "when it is ready": (supervisor) => stateOf(supervisor) === "running",
    };
    for (const [moment, hasCome] of Object.entries(moments)) {
      const supervisor = await superviseFake(folder.path, "obeys");
      await eventually(moment, async () => (await hasCome(supervisor)) !== false, { everyMs: 1 });
      await supervisor.stop(2000);
      expect(supervisor.stats()).toMatchObject({ state: "stopped", pid: null });
    }
    const left = Bun.spawnSync(["pgrep", "-f", folder.path]).stdout.toString();
    expect(left).toBe("");
  });

  test("starts a collector again that was killed", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "obeys");
    const first = await untilRunning(supervisor);
    process.kill(first, "SIGKILL");
    await eventually(
      "another one to be ready",
      () => {
        const { pid, state } = supervisor.stats();
        return state === "running" && pid !== first;
      },
      { timeoutMs: START_MAX_MS },
    );
    expect(supervisor.stats()).toMatchObject({ restarts: 1, last_exit: expect.stringContaining("signal SIGKILL") });
    expect(supervisor.health()).toEqual({ status: "healthy" });
  });

  test("calls a collector that ends at once a crash loop, with its last words, and still tries", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "crashes");
    await eventually("a crash loop", () => stateOf(supervisor) === "crash-loop", { timeoutMs: 2 * START_MAX_MS });
    const { restarts } = supervisor.stats();
    expect(restarts).toBeGreaterThanOrEqual(4);
    const health = supervisor.health();
    expect(health.status).toBe("degraded");
    expect(health.reason).toContain("Crash loop");
    expect(health.reason).toContain("exit code 1 after");
    expect(health.reason).toContain("2 lines of output");
    expect(log.find((line) => line.includes("again and again"))).toContain("Error: cannot load the configuration");
    expect(health.remedy).toContain("--collector-config");
    await eventually("it to try again", () => supervisor.stats().restarts > restarts, {
      timeoutMs: START_MAX_MS,
    });
    expect(supervisor.health().reason).toContain("Crash loop");
  });

  test("knows the last words of a collector that said much before", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "crashes-loudly");
    await eventually("it to end", () => supervisor.stats().last_exit !== null, { timeoutMs: START_MAX_MS });
    expect(log.find((line) => line.includes("The collector ended"))).toContain("the very last words");
  });

  test("shows nothing of what the collector writes where everybody looks", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "crashes-loudly");
    await eventually("it to end", () => supervisor.stats().last_exit !== null, { timeoutMs: START_MAX_MS });
    const shown = JSON.stringify([supervisor.stats(), supervisor.health()]);
    expect(shown).not.toContain("very last words");
    expect(shown).not.toContain("xxxx");
    expect(supervisor.stats().last_exit).toMatch(/^exit code 1 after \d+\.\d s and \d+ lines of output$/);
  });

  test("keeps a bounded tail of a collector that floods its output, and stays responsive", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "floods");
    await untilRunning(supervisor);
    const linesBefore = supervisor.stats().output_lines;
    let ticks = 0;
    const ticker = setInterval(() => ticks++, 10);
    await eventually("some lines", () => supervisor.stats().output_lines - linesBefore > 500);
    clearInterval(ticker);
    // A flood that was read without a bound would leave none.
    expect(ticks).toBeGreaterThan(2);
    // What was read is not kept: a little more than the tail, which ends with a whole line.
    const kept = supervisor.lastOutput(supervisor.stats().output_lines).join("\n");
    expect(kept.length).toBeWithin(1024, OUTPUT_MAX_BYTES + 1024);
    await supervisor.stop(2000);
  });

  test("ends a grandchild with the collector", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "leaves-grandchild");
    await untilRunning(supervisor);
    const grandchild = Number(/grandchild (\d+)/.exec(output())?.[1]);
    expect(isAlive(grandchild)).toBe(true);
    process.kill(Number(supervisor.stats().pid), "SIGKILL");
    await eventually("the grandchild to be gone", () => !isAlive(grandchild), { timeoutMs: START_MAX_MS });
  });

  test("stop() does not wait for a grandchild that holds the pipe and escaped the group", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "leaves-escaped-grandchild");
    await untilRunning(supervisor);
    const grandchild = Number(/grandchild (\d+)/.exec(output())?.[1]);
    await eventually("the grandchild to leave the group", () => groupOf(grandchild) === grandchild);
    await supervisor.stop(LONGER_THAN_A_TEST_MS);
    expect(isAlive(grandchild)).toBe(true);
    process.kill(grandchild, "SIGKILL");
  });

  test("gives the collector its own variables, PATH and the names listed, and nothing else of ours", async () => {
    using folder = new TempDir("collector");
    writeFileSync(join(folder.path, "syslog"), "");
    const supervisor = supervise(
      optionsIn(folder.path, {
        path: fakeProgram(folder.path, "tells-environment"),
        environment: { PATH: Bun.env["PATH"], AWS_SECRET_ACCESS_KEY: "hidden", LISTED: "yes" },
        environmentNames: ["LISTED", "NOT_SET"],
      }),
    );
    await supervisor.start();
    await untilRunning(supervisor);
    expect(output()).toContain("WARP_TELEMETRY_RESOURCE");
    expect(output()).toContain("LISTED");
    expect(output()).not.toContain("hidden");
  });

  test("without a program it says where it looked and finds one that is copied in later", async () => {
    using folder = new TempDir("collector");
    writeFileSync(join(folder.path, "syslog"), "");
    const path = join(folder.path, "otelcol-obeys");
    const supervisor = supervise(optionsIn(folder.path, { path }));
    await supervisor.start();
    expect(stateOf(supervisor)).toBe("absent");
    expect(supervisor.health()).toMatchObject({ status: "degraded", reason: expect.stringContaining(path) });
    expect(supervisor.health().remedy).toContain("--collector-path");
    fakeProgram(folder.path, "obeys");
    await untilRunning(supervisor);
  });

  test("a program that cannot be executed is a reason, not an exception", async () => {
    using folder = new TempDir("collector");
    writeFileSync(join(folder.path, "syslog"), "");
    const path = join(folder.path, "otelcol");
    writeFileSync(path, "no program", { mode: 0o755 });
    const supervisor = supervise(optionsIn(folder.path, { path }));
    await supervisor.start();
    await eventually("it to fail", () => supervisor.stats().last_exit !== null, { timeoutMs: START_MAX_MS });
    expect(supervisor.health().status).toBe("degraded");
  });

  test("a folder that cannot be made is a reason, not an exception", async () => {
    using folder = new TempDir("collector");
    writeFileSync(join(folder.path, "collector"), "");
    const path = fakeProgram(folder.path, "obeys");
    const supervisor = supervise(optionsIn(folder.path, { path }));
    await supervisor.start();
    await eventually("it to fail", () => supervisor.stats().last_exit !== null, { timeoutMs: START_MAX_MS });
    expect(supervisor.health()).toMatchObject({ status: "degraded", reason: expect.stringContaining("no folder") });
  });

  test.skipIf(process.platform !== "linux")("takes paths that are relative to our own working directory", async () => {
    using folder = new TempDir("collector");
    writeFileSync(join(folder.path, "syslog"), "");
    const path = relative(".", fakeProgram(folder.path, "tells-environment"));
    const supervisor = supervise(optionsIn(relative(".", folder.path), { path }));
    await supervisor.start();
    const pid = await untilRunning(supervisor);
    expect(supervisor.health()).toEqual({ status: "healthy" });
    const commandLine = Bun.spawnSync(["ps", "-ww", "-o", "args=", "-p", String(pid)]).stdout.toString();
    expect(commandLine).toContain("--config=file:config/base.yaml");
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe(realpathSync(folder.file("collector")));
    expect(output()).toContain(folder.file("syslog"));
  });

  test("is silent when no request comes for a while, and running again with the next", async () => {
    using folder = new TempDir("collector");
    writeFileSync(join(folder.path, "syslog"), "");
    const options = optionsIn(folder.path, { path: fakeProgram(folder.path, "obeys"), intervalMs: 10 });
    const supervisor = supervise(options, { ...QUICK, silentAfterMs: 150 });
    await supervisor.start();
    await untilRunning(supervisor);
    await eventually("it to be silent", () => stateOf(supervisor) === "silent", { timeoutMs: START_MAX_MS });
    expect(supervisor.health()).toMatchObject({ status: "degraded", reason: expect.stringContaining("requests") });
    supervisor.noteRequest();
    expect(stateOf(supervisor)).toBe("running");
    expect(supervisor.stats()).toMatchObject({ requests: 1, last_request_age_ms: expect.any(Number) });
  });

  test("a request is as good a sign of readiness as the line in the log", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "never-ready");
    await eventually("it to start", () => output().includes("Starting"), { timeoutMs: START_MAX_MS });
    expect(stateOf(supervisor)).toBe("starting");
    supervisor.noteRequest();
    expect(stateOf(supervisor)).toBe("running");
  });

  test("a missing system log degrades health and stops nothing; when it appears all is well", async () => {
    using folder = new TempDir("collector");
    const supervisor = supervise(optionsIn(folder.path, { path: fakeProgram(folder.path, "obeys") }));
    await supervisor.start();
    await untilRunning(supervisor);
    expect(supervisor.health()).toMatchObject({ status: "degraded", reason: expect.stringContaining("system log") });
    writeFileSync(join(folder.path, "syslog"), "");
    expect(supervisor.health()).toEqual({ status: "healthy" });
  });

  test("tells its token to nobody but the collector", async () => {
    using folder = new TempDir("collector");
    const supervisor = await superviseFake(folder.path, "obeys");
    const pid = await untilRunning(supervisor);
    expect(supervisor.token).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify([supervisor.stats(), supervisor.health()])).not.toContain(supervisor.token);
    const commandLine = Bun.spawnSync(["ps", "-o", "args=", "-p", String(pid)]).stdout.toString();
    expect(commandLine).toContain("--config=");
    expect(commandLine).not.toContain(supervisor.token);
  });
});
