import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TempDir } from "../support/temp-dir.ts";

const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts");

/** Runs the source as it is, in a process of its own, with nothing of this one's environment. */
function main(...argv: string[]) {
  return spawn([MAIN, ...argv]);
}

function spawn(argv: readonly string[]) {
  return Bun.spawn([process.execPath, ...argv], { stdout: "pipe", stderr: "pipe", env: {}, cwd: tmpdir() });
}

test("main ends with the exit code of the command and keeps output and errors apart", async () => {
  const child = main("--port", "70000");
  expect(await child.exited).toBe(2);
  expect(await child.stdout.text()).toBe("");
  expect(await child.stderr.text()).toStartWith("Cannot use telemetry.port from flag --port");
});

test("main survives a reader that goes away", async () => {
  const child = main("--help");
  await child.stdout.cancel();
  expect(await child.exited).toBe(0);
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("main stops in order at %s, its log complete", async (signal) => {
  const child = main("--settings", "/nowhere/settings.json");
  const log = await signalWhenWaiting(child, signal);
  expect(await child.exited).toBe(0);
  expect(log).toEndWith("cli: Stopped while waiting for the settings file\n");
});

test.each([
  ["exception", "throw new Error('boom')"],
  ["rejection", "void Promise.reject(new Error('boom'))"],
])("main logs an unforeseen %s once and ends with 1", async (kind, statement) => {
  using directory = new TempDir("main");
  const preload = directory.file("preload.ts");
  writeFileSync(preload, `process.on("SIGUSR2", () => { ${statement} })`);
  const child = spawn(["--preload", preload, MAIN, "--settings", "/nowhere/settings.json"]);
  const log = await signalWhenWaiting(child, "SIGUSR2");
  expect(await child.exited).toBe(1);
  expect(log.match(/boom/g)).toHaveLength(1);
  expect(log).toMatch(new RegExp(`ERROR main: Ended by an \\w+ ${kind}`));
});

/** The whole log; the signal is sent when the wait for the settings file has begun. */
async function signalWhenWaiting(child: ReturnType<typeof spawn>, signal: NodeJS.Signals): Promise<string> {
  let [log, isSent] = ["", false];
  for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
    log += chunk;
    if (isSent || !log.includes("Waiting for the settings file")) continue;
    child.kill(signal);
    isSent = true;
  }
  return log;
}
